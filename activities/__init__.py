"""Every act on the outside world, named after it."""
