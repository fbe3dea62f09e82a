"""How Hypothesis runs for the rules."""

from hypothesis import HealthCheck, settings

# A busy machine is not a failing rule: no example is judged by how long it took.
settings.register_profile("rules", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rules")
