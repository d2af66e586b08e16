"""A TOML file, a preset and overrides, made one checked configuration."""
