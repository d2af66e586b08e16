"""An experiment folder made callable, and the parts that its `model.py` is made of."""
