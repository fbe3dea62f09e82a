"""The evidence documents: files that come in are checked, packets are rendered."""
