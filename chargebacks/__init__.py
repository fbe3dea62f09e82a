"""The trade itself: values and pure rules. No clock, no I/O, no randomness: time comes as an argument."""
