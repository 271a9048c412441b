"""Models to update rules: one method a file."""
