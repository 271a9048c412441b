"""Monitors, and statistics of what they hold."""
