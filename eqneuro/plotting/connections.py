"""Pictures of synapses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eqneuro.plotting.style import EXCITATORY, axes_or_new

if TYPE_CHECKING:
    from eqneuro.network.projection import Projection

LARGEST = 2000
"""Rows and columns of a matrix that is drawn whole; of larger ones, blocks are averaged."""


def weights(projection: Projection | NDArray[Any], *, ax: Any = None) -> Any:
    """The matrix of weights, post-synaptic neurons downwards; where there is no synapse, nothing is drawn.

    Parameters
    ----------
    projection
        A projection, or a matrix in which NaN means no synapse. Of more than 2,000 neurons, several share a pixel that
        shows their mean.
    ax
        Axes to draw on.

    Returns
    -------
    The axes.
    """
    matrix = projection if isinstance(projection, np.ndarray) else _matrix(projection)
    panel = axes_or_new(ax, (5.4, 4.4))
    height, width = matrix.shape
    edges = (-0.5, width - 0.5, height - 0.5, -0.5)
    image = panel.imshow(_shrunk(matrix), aspect="auto", interpolation="nearest", extent=edges, **_color_range(matrix))
    panel.set(xlabel="pre-synaptic neuron", ylabel="post-synaptic neuron")
    panel.figure.colorbar(image, ax=panel, label="w")
    return panel


def weight_histogram(projection: Projection, *, bins: int = 50, ax: Any = None) -> Any:
    """How often each weight occurs.

    Parameters
    ----------
    projection
        Whose.
    bins
        How many.
    ax
        Axes to draw on.
    """
    panel = axes_or_new(ax, (5.0, 3.6))
    panel.hist(projection.to_scipy().data, bins=bins, color=EXCITATORY)
    panel.set(xlabel="w", ylabel="synapses")
    return panel


def receptive_fields(projection: Projection, variable: str = "w", *, ax: Any = None) -> Any:
    """For each post-synaptic neuron, a synaptic variable laid out as the pre-synaptic population is.

    Parameters
    ----------
    projection
        Between populations of two dimensions.
    variable
        Its name.
    ax
        Axes to draw on.
    """
    panel = axes_or_new(ax, (5.4, 5.0))
    fields = projection.receptive_fields(variable)
    image = panel.imshow(fields, interpolation="nearest", **_color_range(fields))
    panel.set(xticks=[], yticks=[])
    panel.figure.colorbar(image, ax=panel, label=variable)
    return panel


def _matrix(projection: Projection) -> NDArray[np.float64]:
    return projection.connectivity_matrix(fill=np.nan)


def _shrunk(matrix: NDArray[Any]) -> NDArray[Any]:
    """Blocks averaged until neither side is longer than `LARGEST`; missing synapses do not count."""
    if max(matrix.shape) <= LARGEST:
        return matrix
    total, held = np.nan_to_num(matrix), np.isfinite(matrix).astype(float)
    for axis, length in enumerate(matrix.shape):
        starts = np.arange(0, length, -(-length // LARGEST))
        total, held = (np.add.reduceat(values, starts, axis=axis) for values in (total, held))
    means: NDArray[np.float64] = np.divide(total, held, out=np.full_like(total, np.nan), where=held > 0)
    return means


def _color_range(values: NDArray[Any]) -> dict[str, Any]:
    """One colour for more, one for less where there are weights of both signs; else from light to dark."""
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() < 0.0 < finite.max():
        largest = float(np.abs(finite).max())
        return {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest}
    return {"cmap": "cividis"}
