"""Films: reading and writing them, and coloring their frames so that colors do not flicker."""
