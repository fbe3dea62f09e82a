"""The demonstration: every part for real on loopback, and the scenarios that show what the system does."""
