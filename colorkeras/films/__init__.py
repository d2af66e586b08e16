"""Films: decoded frame by frame, colored at their own luma, written with all their streams."""
