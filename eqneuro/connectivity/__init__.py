"""Patterns of connections and sparse matrices."""
