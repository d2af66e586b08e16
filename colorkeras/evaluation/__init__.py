"""A model and the trivial baselines through one protocol."""
