"""What users hold: networks, populations, projections."""
