"""What `python -m colorkeras.bench` and its sub-commands measure; `command.py` lists them."""
