"""Photographs with all that they hold: depth, pages, transparency, metadata and luminance."""
