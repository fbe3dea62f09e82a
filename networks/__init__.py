"""One adapter per alert source: authenticate, parse, report."""
