"""Measurements: speed, growth and quality, written to tables with the facts of the machine."""
