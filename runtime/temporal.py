"""The connection to Temporal: address, namespace, TLS and API key come from the environment or a TOML profile.

See https://docs.temporal.io/develop/environment-configuration for `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`,
`TEMPORAL_API_KEY`, `TEMPORAL_TLS_*`, `TEMPORAL_PROFILE` and `TEMPORAL_CONFIG_FILE`.
"""

from datetime import timedelta

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RetryConfig, RPCError

from chargebacks.errors import NeedsOperator
from runtime.codec import data_converter
from runtime.settings import Settings

_DEFAULT_ADDRESS = "localhost:7233"


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """Connect, or say in one sentence why that cannot be done. `lazy`: connect when first used, so that a process
    can start while Temporal is away."""
    converter = data_converter(settings)
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", _DEFAULT_ADDRESS)
    address = config["target_host"]
    try:
        return await Client.connect(**config, data_converter=converter, retry_config=_PATIENCE, lazy=lazy)
    except (RuntimeError, RPCError) as error:
        raise NeedsOperator(
            f"No Temporal server answers at {address}: start one (`make dev`) or set TEMPORAL_ADDRESS.",
            reason="temporal_unreachable",
        ) from error


_PATIENCE = RetryConfig(
    max_elapsed_time_millis=int(timedelta(seconds=10).total_seconds() * 1000), max_retries=5
)
