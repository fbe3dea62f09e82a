"""Fixtures that every test directory shares."""
