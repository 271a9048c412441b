"""Projections of a kind of their own: shared weights, and bridges between rates and spikes."""
