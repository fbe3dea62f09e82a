"""The HTTP service: messages of Stripe and the alert networks in, a JSON API, health and metrics."""
