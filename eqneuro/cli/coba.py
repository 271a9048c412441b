"""A balanced network of conductance-based neurons that keeps itself firing.

Vogels & Abbott, J. Neurosci. 25:10786 (2005); benchmark 1 (COBA) of Brette et al., J. Comput. Neurosci. 23:349 (2007).
Four excitatory neurons stand against one inhibitory; each neuron hears 80 others. Voltages are in mV, times in ms,
conductances in units of the leak conductance.
"""

import eqneuro as ann

COBA = ann.Neuron(
    name="COBA",
    parameters="""
        tau = 20.0       : population
        tau_exc = 5.0    : population
        tau_inh = 10.0   : population
        E_rest = -60.0   : population
        E_exc = 0.0      : population
        E_inh = -80.0    : population
        v_thresh = -50.0 : population
        v_reset = -60.0  : population
        I = 20.0         : population
    """,
    equations="""
        tau * dv/dt = (E_rest - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v) + I
        tau_exc * dg_exc/dt = -g_exc
        tau_inh * dg_inh/dt = -g_inh
    """,
    spike="v > v_thresh",
    reset="v = v_reset",
    refractory=5.0,
)


def build(neurons: int = 4000, seed: int = 2, threads: int = 1) -> ann.Network:
    """The network, not compiled yet; each neuron keeps about 80 inputs whatever the size."""
    net = ann.Network(dt=0.1, seed=seed, num_threads=threads)

    cells = net.create(neurons, COBA, name="cells")
    cells.v = ann.Normal(-55.0, 5.0)
    cells.g_exc = ann.Normal(4.0, 1.5)
    cells.g_inh = ann.Normal(20.0, 12.0)

    excitatory, inhibitory = cells[: neurons * 4 // 5], cells[neurons * 4 // 5 :]
    probability = min(1.0, 80.0 / neurons)
    net.connect(excitatory, cells, "exc", name="excitation").fixed_probability(probability, weights=0.6)
    net.connect(inhibitory, cells, "inh", name="inhibition").fixed_probability(probability, weights=6.7)
    return net


if __name__ == "__main__":
    net = build()
    cells = net.get_population("cells")
    spikes = net.monitor(cells, "spike")
    net.simulate(1000.0, measure_time=True)

    print(f"mean rate {spikes.mean_fr(spikes.get('spike', keep=True)):.1f} Hz")
    spikes.plot().figure.savefig("coba.png", dpi=150)
