"""COBA and CUBA on Brian2, in C++ standalone mode; run by the interpreter of Brian2's own virtual environment.

``python brian2_networks.py NETWORK METHOD MILLISECONDS FOLDER`` builds the network in a folder and prints ``ready``.
For every line it reads, it runs the network once, with other random numbers each time, and prints Brian2's own time of
the run (CPU seconds) and the rate in Hz of the second half.
"""

from __future__ import annotations

import sys

import brian2 as b2
import numpy as np
from brian2 import ms, mV

COBA = """
dv/dt = (El - v + g_exc*(Ee - v) + g_inh*(Ei - v) + I) / tau : volt (unless refractory)
dg_exc/dt = -g_exc / tau_exc : 1
dg_inh/dt = -g_inh / tau_inh : 1
"""
CUBA = """
dv/dt = (El - v + g_exc + g_inh) / tau : volt (unless refractory)
dg_exc/dt = -g_exc / tau_exc : volt
dg_inh/dt = -g_inh / tau_inh : volt
"""


def build(name: str, method: str) -> tuple[b2.Network, b2.SpikeMonitor]:
    size, is_coba = 4000, name == "coba"
    constants = dict(Vr=-60 * mV, Vt=-50 * mV, tau=20 * ms, tau_exc=5 * ms, tau_inh=10 * ms)
    constants |= dict(El=-60 * mV, Ee=0 * mV, Ei=-80 * mV, I=20 * mV) if is_coba else dict(El=-49 * mV)
    neurons = b2.NeuronGroup(
        size,
        COBA if is_coba else CUBA,
        threshold="v > Vt",
        reset="v = Vr",
        refractory=5 * ms,
        method=method,
        namespace=constants,
    )
    if is_coba:
        neurons.v = "-55*mV + 5*mV*randn()"
        neurons.g_exc = "4.0 + 1.5*randn()"
        neurons.g_inh = "20.0 + 12.0*randn()"
    else:
        neurons.v = "-60*mV + 10*mV*rand()"
    weights = ("0.6", "6.7") if is_coba else ("1.62*mV", "-9.0*mV")
    # no delay: a spike then reaches its targets before their next update, as eqneuro's shortest delay of one step does
    excitatory = b2.Synapses(neurons[:3200], neurons, on_pre=f"g_exc += {weights[0]}")
    inhibitory = b2.Synapses(neurons[3200:], neurons, on_pre=f"g_inh += {weights[1]}")
    excitatory.connect(p=0.02)
    inhibitory.connect(p=0.02)
    monitor = b2.SpikeMonitor(neurons)
    return b2.Network(neurons, excitatory, inhibitory, monitor), monitor


def main() -> None:
    name, method, duration, folder = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.defaultclock.dt = 0.1 * ms
    network, monitor = build(name, method)
    network.run(duration * ms)
    b2.device.build(directory=folder, compile=True, run=False, debug=False)
    print("ready", flush=True)
    for _ in sys.stdin:
        b2.device.run(with_output=False)
        late = np.count_nonzero(np.asarray(monitor.t / ms) >= duration / 2)
        print(b2.device._last_run_time, late / 4000 / (duration / 2000), flush=True)


main()
