"""What `python -m colorkeras.bench` measures: speeds of the parts, and how number formats part."""
