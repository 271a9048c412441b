# One word for what is done every day. PYTHON=... chooses the environment, for instance PYTHON=.venv/bin/python.
PYTHON ?= python

.PHONY: help setup test cover lint format bench opinion docs golden ci clean

help:     ## shows this list
	@sed -n 's/^\([a-z]*\): *## /\1\t/p' Makefile | expand -t 10

setup:    ## installs eqneuro to be worked on, with all tools
	$(PYTHON) -m pip install -e '.[dev]'
	$(PYTHON) setup.py -q build_ext --inplace

test:     ## runs the tests
	$(PYTHON) -m pytest

cover:    ## runs the tests, and tells what share of the package they reach
	$(PYTHON) -m pytest -n auto --cov --cov-report=term --cov-fail-under=92

lint:     ## ruff, mypy --strict, layers; changes nothing
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))'

format:   ## lets ruff lay out and mend what it can
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

bench:    ## activity and starts, one table
	$(PYTHON) -m benchmarks figures

opinion:  ## 3,000 random models, compiled and interpreted; then code generators broken on purpose
	EQNEURO_RANDOM_MODELS=3000 $(PYTHON) -m pytest -n auto tests/reference/test_random_neurons.py tests/reference/test_random_networks.py
	$(PYTHON) tests/reference/mutations.py

docs:     ## writes the pages of the documentation that are made from the code
	$(PYTHON) tests/language/wrong_texts.py > docs/errors.md

golden:   ## writes the kept C anew; look at the diff before you commit it
	$(PYTHON) tests/codegen/golden.py
	git diff --stat -- tests/codegen/golden

ci:       ## everything, as on a new machine
	.ci/run

clean:    ## removes what was built
	rm -rf build dist *.egg-info eqneuro/*/*.so eqneuro/engine/_engine.c eqneuro/connectivity/_*.c
