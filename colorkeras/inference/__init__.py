"""Saved models: checked, opened, and used to colorize."""
