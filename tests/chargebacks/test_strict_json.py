"""JSON from strangers: every value exactly as it was written, or BadInput."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.errors import BadInput
from chargebacks.strict_json import read_json

exact = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(exact)
def test_what_was_written_is_read(value: object) -> None:
    """Nothing is rounded, lost or taken for something else."""
    assert read_json(json.dumps(value).encode()) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_decimals_keep_every_digit(number: Decimal) -> None:
    """Also those that a binary fraction would round."""
    assert str(read_json(f"[{number:f}]".encode())[0]) == f"{number:f}"


@given(exact, exact)
def test_a_name_given_twice_is_refused(first: object, second: object) -> None:
    """Readers differ in which of the two they believe, whether they differ or not."""
    twice = f'[{{"a": {json.dumps(first)}, "a": {json.dumps(second)}}}]'

    with pytest.raises(BadInput) as refused:
        read_json(twice.encode())

    assert refused.value.reason == "ambiguous_field"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Nothing but BadInput comes of them."""
    refused: BadInput | None = None
    try:
        value = read_json(body)
    except BadInput as error:
        refused = error
    else:
        assert json.loads(body, parse_float=Decimal) == value
    assert refused is None or refused.reason in ("unparseable", "ambiguous_field")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"9" * 5000,
        b"1e99999999999999999999",
        b"[" * 100_000,
        b'"\xff"',
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_traps(body: bytes) -> None:
    """What some readers take and others break on."""
    with pytest.raises(BadInput) as refused:
        read_json(body)

    assert refused.value.reason == "unparseable"
