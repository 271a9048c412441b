"""Accuracy against cost: six kinds of models by every method, beside SciPy, Brian2 and NEST."""
