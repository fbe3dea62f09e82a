"""Temporal refuses workflows whose search attributes its namespace does not know: checked before work begins."""

from collections.abc import Sequence
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey

from chargebacks.errors import NeedsOperator

_CLI_TYPES = {
    SearchAttributeIndexedValueType.KEYWORD: "Keyword",
    SearchAttributeIndexedValueType.DATETIME: "Datetime",
    SearchAttributeIndexedValueType.INT: "Int",
    SearchAttributeIndexedValueType.BOOL: "Bool",
}


def cli_types(keys: Sequence[SearchAttributeKey[Any]]) -> dict[str, str]:
    """Name to type, in the words of the `temporal` CLI."""
    return {key.name: _CLI_TYPES[key.indexed_value_type] for key in keys}


async def check_search_attributes(client: Client, keys: Sequence[SearchAttributeKey[Any]]) -> None:
    """NeedsOperator, with the command to run, when some are missing or have another type."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    registered = {name: IndexedValueType.Name(kind) for name, kind in known.custom_attributes.items()}
    wanted = cli_types(keys)
    missing = [
        name for name, kind in wanted.items() if registered.get(name) != f"INDEXED_VALUE_TYPE_{kind.upper()}"
    ]
    if missing:
        names = " ".join(f"--name {name} --type {wanted[name]}" for name in missing)
        raise NeedsOperator(
            f"Temporal namespace {client.namespace} lacks search attributes. Run: "
            f"temporal operator search-attribute create --namespace {client.namespace} {names}",
            reason="search_attributes_missing",
        )
