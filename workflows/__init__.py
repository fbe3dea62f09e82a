"""What happens, in which order, until when."""
