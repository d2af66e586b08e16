"""What `colorize` costs, beside what every program must do that reads and writes photographs."""
