"""Samples of more than 8 bits."""
