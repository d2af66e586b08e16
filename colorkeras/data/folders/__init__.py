"""A tree of image files made a source: what is in it, what is usable, how it is divided."""
