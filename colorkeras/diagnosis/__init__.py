"""Why the colors of a run are grey, one color or noise: named checks on what a run has recorded."""
