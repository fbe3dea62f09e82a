"""What a Stripe key may do, as a table a person can act on."""

from rich.console import Console
from rich.text import Text

from chargebacks.permissions import GRANT_AT, GRANTS, Feature, FeatureVerdict, Permission, Standing, Verdict
from cli.rows import table
from operations.connections import Permissions

_STYLE = {Standing.HAS: "green", Standing.LACKS: "red", Standing.UNKNOWN: "yellow"}
_FEATURES = {Feature.ALERTS: "alerts", Feature.DISPUTES: "disputes", Feature.SET_UP: "set-up"}


def show_permissions(console: Console, found: Permissions) -> None:
    """A row per permission that something switched on needs or uses, then what follows for each feature."""
    shown = table("", "permission", "needed for", "what for")
    wanted = {one.feature for one in found.verdicts} | {Feature.SET_UP}
    for probe in found.probes:
        if GRANTS[probe.permission].needed_by & wanted:
            shown.add_row(
                Text(probe.state.value, style=_STYLE[probe.state]),
                probe.permission.in_words,
                Text(_needed_for(probe.permission, wanted)),
                GRANTS[probe.permission].what_for,
            )
    console.print(shown)
    for one in found.verdicts:
        console.print(Text(_in_words(one)))
    if any(probe.state is Standing.LACKS for probe in found.probes):
        console.print(f"Grant them at {GRANT_AT}: edit the key there, then run the check again.")


def _needed_for(permission: Permission, wanted: set[Feature]) -> str:
    grant = GRANTS[permission]
    needed = [_FEATURES[one] for one in Feature if one in grant.required_for & wanted]
    helped = [f"({_FEATURES[one]})" for one in Feature if one in grant.helps & wanted]
    return ", ".join([*needed, *helped])


def _in_words(found: FeatureVerdict) -> str:
    name = _FEATURES[found.feature]
    match found.verdict:
        case Verdict.CANNOT:
            return f"{name}: rest until the key has {_named(found.missing)}"
        case Verdict.WORKS_WITHOUT:
            return f"{name}: work, and leave out what needs {_named(found.without)}"
        case Verdict.WORKS:
            return f"{name}: work"


def _named(permissions: tuple[Permission, ...]) -> str:
    return ", ".join(one.in_words for one in permissions)
