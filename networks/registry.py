"""Which adapter speaks for which kind of alert source. A new provider is one file and one line here."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from chargebacks.errors import BadInput, NeedsOperator
from networks.adapter import Adapter, Setting
from networks.chargebackhit import Chargebackhit
from networks.chargeblast import Chargeblast
from networks.ethoca import Ethoca
from networks.payshield import PayShield
from networks.reseller import Reseller
from networks.stripe_warnings import StripeWarnings
from runtime.connections import SourceSettings

ADAPTERS: Mapping[str, Adapter] = {
    adapter.kind: adapter
    for adapter in (
        Chargebackhit(),
        Ethoca(),
        Reseller(),
        PayShield(),
        Chargeblast(),
        StripeWarnings(),
    )
}


def adapter_of(source: SourceSettings, adapters: Mapping[str, Adapter] = ADAPTERS) -> Adapter:
    """The adapter of a configured source; `NeedsOperator` when this version knows no such kind."""
    adapter = adapters.get(source.kind)
    if adapter is None:
        raise NeedsOperator(
            f"The alert source {source.name} is of the unknown kind {source.kind!r}; known are {_names(adapters)}.",
            reason="unknown_kind",
        )
    return adapter


def check_settings(source: SourceSettings, adapters: Mapping[str, Adapter] = ADAPTERS) -> None:
    """Refuse, with `BadInput`, a source whose kind is unknown, or whose secrets and options do not fit its kind."""
    adapter = adapters.get(source.kind)
    if adapter is None:
        raise BadInput(f"kind must be one of {_names(adapters)}, not {source.kind!r}.", reason="unknown_kind")
    url = urlsplit(source.base_url)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise BadInput(
            f"The base address must be a URL such as {adapter.default_base_url or 'https://alerts.example.com'}.",
            reason="bad_base_url",
        )
    _check_names("secret", adapter.secrets, given=set(source.secrets))
    _check_names("option", adapter.options, given=set(source.options))


def _check_names(word: str, settings: tuple[Setting, ...], *, given: set[str]) -> None:
    known = {setting.name for setting in settings}
    if strange := sorted(given - known):
        raise BadInput(
            f"There is no {word} {strange[0]!r}; known are {', '.join(sorted(known)) or 'none'}.",
            reason="unknown_setting",
        )
    for setting in settings:
        if setting.required and setting.name not in given:
            raise BadInput(
                f"The {word} {setting.name!r} is missing: {setting.help}", reason="missing_setting"
            )


def _names(adapters: Mapping[str, Adapter]) -> str:
    return ", ".join(sorted(adapters))
