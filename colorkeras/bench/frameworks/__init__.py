"""The training steps of the experiments in TensorFlow, JAX and PyTorch, side by side.

`command.py` is the order of it: `jobs.py` (what is measured) → `keras_description.py` (Keras's
networks as JSON, for PyTorch) → `worker.py` (a process for each framework, which runs
`training_process.py`) → `comparison.py` (speeds) or `agreement.py` (`--check`: results). The
modules `pytorch_*.py` need PyTorch; the others do not.
"""
