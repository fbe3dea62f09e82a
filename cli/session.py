"""What a command works with: settings from the environment, the store, Temporal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError

from chargebacks.errors import BadInput
from runtime.logs import configure_logging
from runtime.settings import Settings
from store import Store


def read_settings() -> Settings:
    """Settings, with logging as they say. BadInput names the variable that is wrong."""
    try:
        settings = Settings()
    except ValidationError as problem:
        error = problem.errors(include_url=False, include_input=False)[0]
        variable = "_".join(str(part) for part in error["loc"]).upper()
        raise BadInput(
            f"{variable} in the environment is wrong: {error['msg']}.", reason="settings"
        ) from None
    configure_logging(settings)
    return settings


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The store, once its schema is known to be this version's."""
    async with await Store.connect(settings.database_url, settings.secrets_key) as store:
        await store.check_schema()
        yield store
