"""What it costs that each neuron has its own parameters: COBA with one value for all, and with one a neuron.

``python -m benchmarks.parameters`` runs them in turn, and prints the ratio of processor time: its median, and in
brackets the lowest and the highest.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np

import eqneuro as ann
from benchmarks import options

PARAMETERS = "El = -60.0; Vr = -60.0; Ee = 0.0; Ei = -80.0; Vt = -50.0; tau = 20.0; tau_e = 5.0; tau_i = 10.0; I = 20.0"
EQUATIONS = """
    tau*dv/dt = (El - v) + g_exc*(Ee - v) + g_inh*(Ei - v) + I
    tau_e*dg_exc/dt = -g_exc
    tau_i*dg_inh/dt = -g_inh
"""


def seconds(*, varying: bool) -> float:
    """Processor time of 3 s of the network."""
    net = ann.Network(dt=0.1, seed=1)
    neuron = ann.Neuron(PARAMETERS, EQUATIONS, spike="v > Vt", reset="v = Vr", refractory=5.0)
    cells = net.create(4000, neuron)
    for name in cells.parameters if varying else ():
        values = np.array(cells.get(name))
        values[0] *= 1.0 + 1e-9
        cells.set({name: values})
    cells.v, cells.g_exc, cells.g_inh = ann.Normal(-55.0, 5.0), ann.Normal(4.0, 1.5), ann.Normal(20.0, 12.0)
    net.connect(cells[:3200], cells, "exc").fixed_probability(0.02, weights=0.6)
    net.connect(cells[3200:], cells, "inh").fixed_probability(0.02, weights=6.7)
    net.simulate(100.0)
    begin = time.process_time()
    net.simulate(3000.0)
    return time.process_time() - begin


def main() -> None:
    parser = options.Parser(prog="python -m benchmarks.parameters", description=__doc__)
    parser.add_argument("--repeats", type=options.at_least_one, default=5, help="how often each of the two is run")
    arguments = parser.parse_args()
    ratios = [seconds(varying=True) / seconds(varying=False) for _ in range(arguments.repeats)]
    print(
        f"one value a neuron against one for all: {median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()
