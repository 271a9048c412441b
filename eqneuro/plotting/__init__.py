"""Pictures of what a network did and how it is wired.

Each function draws on the axes it is given, or on new ones, and returns them; matplotlib is imported at the first call.

>>> import eqneuro as ann
>>> from eqneuro import plotting
>>> net = ann.Network(dt=0.1, seed=1)
>>> cells = net.create(50, ann.IF_curr_exp(i_offset=1.0))
>>> spikes = net.monitor(cells, "spike")
>>> net.simulate(100.0)
>>> axes = plotting.raster(spikes)
"""

from eqneuro.plotting.connections import receptive_fields, weight_histogram, weights
from eqneuro.plotting.spikes import intervals, raster, rate_histogram
from eqneuro.plotting.traces import phase_plane, traces

__all__ = [
    "intervals",
    "phase_plane",
    "raster",
    "rate_histogram",
    "receptive_fields",
    "traces",
    "weight_histogram",
    "weights",
]
