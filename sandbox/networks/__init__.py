"""Stand-ins for alert networks over HTTP: Chargebackhit, Ethoca, a Verifi-style reseller and Chargeblast.

They send alerts in each provider's own format, take outcomes the way each provider does, remember everything they
were told, and can be made slow, failing or unreachable. `sandbox.networks.control` documents every endpoint.
"""
