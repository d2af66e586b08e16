"""Metrics of images in sRGB, their definitions, and the protocol they are measured under."""
