"""Whatever comes in: an alert that can be stored and sent on, nothing, or BadInput."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_samples import (
    NOW,
    as_form,
    as_json,
    chargebackhit,
    chargeblast,
    ethoca_legacy,
    ethoca_push,
    event,
    payshield,
    source,
    warning,
)

from chargebacks.alerts import Alert, AlertKind, TimePrecision
from chargebacks.errors import BadInput, NotAuthentic
from networks.adapter import Inbound
from networks.cards import read_card, without_card_numbers
from networks.registry import ADAPTERS
from networks.times import read_moment

KINDS = sorted(ADAPTERS)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=30)
    | st.sampled_from(
        ["init-refund", "49.99", "USD", "2026-11-23", "CONFIRMEDFRAUD", "4242424242424242", "\ud800", "\x00"]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def parse_or_refuse(kind: str, body: bytes) -> tuple[Alert, ...]:
    """Parse; a refusal must be one short sentence. What is parsed must survive storage."""
    refusal: BadInput | None = None
    alerts: tuple[Alert, ...] = ()
    try:
        alerts = ADAPTERS[kind].parse(body, source(kind), received_at=NOW)
    except BadInput as error:
        refusal = error
    assert refusal is None or (refusal.reason and 0 < len(str(refusal)) < 300)
    for alert in alerts:
        stored = alert.model_dump_json()
        assert Alert.model_validate_json(stored.encode("utf-8")) == alert
        assert "\\u0000" not in stored
    return alerts


@st.composite
def changed(draw, payload):
    """A documented payload with some fields, at any depth, replaced by anything."""
    spoiled = json.loads(json.dumps(payload))
    for _ in range(draw(st.integers(1, 3))):
        place = spoiled
        while True:
            name = draw(st.sampled_from(sorted(place)))
            if isinstance(place[name], dict) and place[name] and draw(st.booleans()):
                place = place[name]
                continue
            place[name] = draw(values)
            break
    return spoiled


@pytest.mark.parametrize("kind", KINDS)
@given(body=st.binary(max_size=200))
def test_arbitrary_bytes(kind, body):
    """Bytes that nobody would call an alert."""
    parse_or_refuse(kind, body)


@pytest.mark.parametrize("kind", KINDS)
@given(value=values)
def test_arbitrary_json(kind, value):
    """JSON of any shape, NaN and half surrogates included."""
    parse_or_refuse(kind, json.dumps(value).encode())


@given(st.data())
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("chargebackhit", chargebackhit()),
        ("ethoca", ethoca_push()),
        ("ethoca", ethoca_legacy()),
        ("chargeblast", chargeblast()),
        ("stripe_efw", event(warning())),
    ],
)
def test_documented_payloads_with_anything_in_a_field(kind, payload, data):
    """Wrong types and values in the right places."""
    parse_or_refuse(kind, json.dumps(data.draw(changed(payload))).encode())


@given(fields=st.dictionaries(st.sampled_from(sorted(payshield())), st.text(max_size=30), max_size=4))
def test_documented_forms_with_anything_in_a_field(fields):
    """The same for the reseller's forms."""
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    parse_or_refuse("reseller", as_form(payshield() | clean))


@given(
    fields=st.dictionaries(
        st.text("abc", min_size=1, max_size=8).map("new_".__add__),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=30)
        | st.lists(st.integers(), max_size=3),
        max_size=5,
    )
)
def test_new_fields_change_nothing(fields):
    """Providers add fields without notice."""
    payload = chargebackhit()
    payload["alert"] |= fields
    (alert,) = parse_or_refuse("chargebackhit", as_json(payload))
    (plain,) = parse_or_refuse("chargebackhit", as_json(chargebackhit()))
    assert alert.model_copy(update={"raw_sha256": plain.raw_sha256}) == plain


@given(st.text(max_size=20), st.text(max_size=20))
def test_words_nobody_knows_never_ask_for_a_refund(type_word, action):
    """Only the documented words do."""
    known = {"initrefund", "dispute", "confirmedfraud", "customerdispute"}
    if "".join(filter(str.isalpha, type_word)).lower() in known:
        return
    for kind, body in (
        ("chargebackhit", as_json(chargebackhit(type=type_word))),
        ("reseller", as_form(payshield(alert_type=type_word.encode("utf-8", "replace").decode()))),
    ):
        for alert in parse_or_refuse(kind, body):
            assert alert.kind is not AlertKind.REFUND_REQUEST


@pytest.mark.parametrize("kind", ["chargebackhit", "chargeblast", "reseller", "stripe_efw", "ethoca"])
@given(
    headers=st.dictionaries(
        st.sampled_from(
            [
                "signature",
                "public_key",
                "svix-id",
                "svix-timestamp",
                "svix-signature",
                "authorization",
                "stripe-signature",
            ]
        ),
        st.text(max_size=40)
        | st.sampled_from(["Basic e30=", "Bearer x", "t=1,v1=a", "v1,AAAA", "1795435200"]),
    ),
    body=st.binary(max_size=50),
)
def test_no_invented_header_is_authentic(kind, headers, body):
    """Every request that was not signed with the secret is refused, whatever it carries."""
    with pytest.raises(NotAuthentic):
        ADAPTERS[kind].authenticate(Inbound(headers=headers, body=body, received_at=NOW), source(kind))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_an_instant_is_read_as_that_instant(moment):
    """In any offset, to the microsecond."""
    read = read_moment(moment.isoformat(), field="date")
    assert read is not None
    assert (read.at, read.precision) == (moment.astimezone(UTC), TimePrecision.INSTANT)


@given(st.text(max_size=40) | st.integers() | st.decimals() | st.none() | st.lists(st.integers()))
def test_any_value_is_a_time_or_refused(value):
    """No other exception, whatever stands in a date field."""
    try:
        read = read_moment(value, field="date")
    except BadInput:
        return
    assert read is None or read.at.tzinfo is UTC


@given(st.text(alphabet="0123456789xX*# -", max_size=24))
def test_a_card_never_shows_more_than_ten_or_twelve_digits(text):
    """BIN of six to eight, last four of four; a full number is cut to six and four."""
    card = read_card(text)
    assert card.bin is None or (
        6 <= len(card.bin) <= 8 and text.replace("-", "").replace(" ", "").startswith(card.bin)
    )
    assert card.last4 is None or len(card.last4) == 4


@given(
    st.text(alphabet="abc ", max_size=9),
    st.text(alphabet="abc ", max_size=9),
    st.sampled_from(["", " ", "-"]),
)
def test_a_full_number_in_words_is_cut(before, after, gap):
    """Stripe's published test card, written in one piece or in groups."""
    written = gap.join(["4242", "4242", "4242", "4242"])
    assert without_card_numbers(before + written + after) == f"{before}424242…4242{after}"


def test_a_number_that_is_no_card_stays():
    """Order numbers and transaction ids look alike; only the check digit tells."""
    assert without_card_numbers("order 4242424242424241") == "order 4242424242424241"


def test_the_times_of_the_bad_input_list():
    """A day ahead and more than a year ago are refused, as is what nobody can read."""
    for moment in (NOW + timedelta(days=2), NOW - timedelta(days=400)):
        with pytest.raises(BadInput, match=r"alert\.date"):
            ADAPTERS["chargebackhit"].parse(
                as_json(chargebackhit(date=moment.isoformat())), source("chargebackhit"), received_at=NOW
            )


def test_amounts_never_pass_through_a_float():
    """0.1 + 0.2 has no place here: a JSON number keeps its digits."""
    body = b'{"id": "al_1", "subprovider": "CDRN", "amount": 99999998.99, "currency": "USD"}'
    (alert,) = ADAPTERS["chargeblast"].parse(body, source("chargeblast"), received_at=NOW)
    assert alert.amount.major_decimal == Decimal("99999998.99")
