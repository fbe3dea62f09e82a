"""The only place that knows the Stripe SDK: client per account, errors, conversion to our values."""
