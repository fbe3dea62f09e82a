"""Settings, logging and the Temporal client."""
