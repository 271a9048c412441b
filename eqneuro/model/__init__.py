"""Syntax to checked, immutable models."""
