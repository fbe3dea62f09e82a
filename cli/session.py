"""What a command works with: settings from the environment, the store, the checks of files that come in."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pydantic import ValidationError

from chargebacks.errors import BadInput
from runtime.logs import configure_logging
from runtime.settings import Settings
from store import Store

if TYPE_CHECKING:
    from packets.intake import Intake


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


def document_checks() -> "Intake":
    """Checks of files that come in. What is wrong with a file is their answer: the PDF library's own remarks about it
    would only stand beside it."""
    from packets.intake import Intake

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    return Intake()
