"""Convolutions and batch normalization with faster gradients than Keras has: one switch."""
