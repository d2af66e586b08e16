"""Prepared images kept in one file or a few."""
