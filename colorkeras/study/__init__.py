"""Blind studies: people judge stored colorizations beside true colors, without knowing which."""
