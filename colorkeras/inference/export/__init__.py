"""A saved model as a file of another format, compared with itself, and with a program to use it."""
