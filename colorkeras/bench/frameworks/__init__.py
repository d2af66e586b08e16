"""The training steps of the experiments in TensorFlow, JAX and PyTorch, side by side.

`command.py` is the order of it: `jobs.py` (what is measured) → `keras_description.py` (Keras's
networks as JSON, for PyTorch) → `worker.py` (a process for each contender, which runs
`training_process.py`) → `comparison.py` (speeds, which `figures.py` makes rows of) or
`agreement.py` (`--check`: results). `limit.py` measures what the machine can do at the most,
`operations.py` counts what a step has to do. The modules `pytorch_*.py` need PyTorch; the others
do not.
"""
