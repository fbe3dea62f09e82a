"""Stand-ins for Stripe and for the alert networks. They share no code with the product."""
