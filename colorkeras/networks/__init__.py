"""Networks that two or more experiments build: plain functions that return Keras models."""
