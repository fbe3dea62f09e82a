"""The merchant's own evidence: endpoints that are asked over HTTP, and folders that people fill."""
