"""A finished run as a published model: rounded, compressed, measured, with record and card."""
