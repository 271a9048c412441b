"""Pictures of what a network did."""
