"""The lines of argument of a letter, one module for each part of the trade."""
