"""What arrives at a webhook endpoint: proven to be Stripe's, and read; or refused, and never anything else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import stripe
from gateway_support import Sandbox, credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from chargebacks.errors import BadInput, NotAuthentic
from sandbox.webhook_sender import signature
from stripe_gateway.gateway import Gateway
from stripe_gateway.webhook_events import (
    API_VERSION,
    EVENTS,
    MAX_BODY_BYTES,
    StripeEvent,
    read_event,
    verify,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
SECRET = SecretStr("whsec_present")
BODY = b'{"id": "evt_1", "amount": 4999}'

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is not a failing check."""


def signed(body: bytes = BODY, *, secret: SecretStr = SECRET, seconds_off: int = 0) -> str:
    """The header by Stripe's own SDK."""
    header: str = stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret.get_secret_value(), AT + seconds_off
    )
    return header


def refusal(body: bytes, header: str | None, *secrets: SecretStr) -> NotAuthentic:
    with pytest.raises(NotAuthentic) as refused:
        verify(body, header, secrets or (SECRET,), now=NOW)
    return refused.value


def an_event(**changes: Any) -> dict[str, Any]:
    """An event about a dispute as https://docs.stripe.com/api/events/object shows it."""
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": API_VERSION,
        "created": AT,
        "data": {"object": {"id": "du_1", "object": "dispute", "amount": 4999, "livemode": False}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "charge.dispute.created",
    } | changes


def read(event: Any) -> StripeEvent:
    return read_event(json.dumps(event).encode())


def not_read(body: bytes) -> BadInput:
    with pytest.raises(BadInput) as refused:
        read_event(body)
    return refused.value


class TestVerify:
    @given(
        st.binary(max_size=200).filter(lambda body: body.decode("utf-8", "ignore").encode() == body),
        st.integers(-300, 300),
    )
    @patient
    def test_what_the_sdk_signs(self, body: bytes, seconds_off: int) -> None:
        """Whatever the bytes are, up to five minutes off either way."""
        verify(body, signed(body, seconds_off=seconds_off), (SECRET,), now=NOW)

    @given(st.binary(max_size=200))
    @patient
    def test_what_the_stand_in_signs(self, body: bytes) -> None:
        """Over raw bytes, which need not be text, beside a scheme that stands for nothing."""
        header = signature(body, secret=SECRET.get_secret_value(), at=AT)

        verify(body, header, (SECRET,), now=NOW)

    @pytest.mark.parametrize("seconds_off", [-301, -86_400, 301, 86_400])
    def test_five_minutes_and_no_more(self, seconds_off: int) -> None:
        """Stale, and also dated ahead, which the SDK would let pass."""
        error = refusal(BODY, signed(seconds_off=seconds_off))

        assert error.reason == ("stale_signature" if seconds_off < 0 else "future_signature")

    def test_any_of_our_secrets_will_do(self) -> None:
        """Both hold while one replaces the other here."""
        verify(BODY, signed(secret=SecretStr("whsec_old")), (SECRET, SecretStr("whsec_old")), now=NOW)

    def test_any_of_stripes_signatures_will_do(self) -> None:
        """Both hold while one replaces the other at Stripe."""
        other = signed(secret=SecretStr("whsec_new")).partition(",")[2]

        verify(BODY, f"t={AT},{other},{signed().partition(',')[2]}", (SECRET,), now=NOW)

    def test_a_secret_copied_with_its_line_end(self) -> None:
        """As copying often leaves it."""
        verify(BODY, signed(), (SecretStr("whsec_present\n"),), now=NOW)

    @pytest.mark.parametrize("header", [None, ""])
    def test_no_signature(self, header: str | None) -> None:
        """Anybody may have sent it."""
        assert refusal(BODY, header).reason == "unsigned"

    @pytest.mark.parametrize(
        "header",
        [
            f"t={AT}",
            "v1=aa",
            f"t={AT},v1=",
            f"t={AT},v1=aa",
            f"t={AT},v0={signed().rpartition('=')[2]}",
            f"t={AT},t={AT},{signed().partition(',')[2]}",
            f"t={AT + 1},{signed().partition(',')[2]}",
            f"t={AT}," + ",".join(["v1=aa"] * 16) + f",{signed().partition(',')[2]}",
            "t=²,v1=aa",
            "t=1e9,v1=aa",
            "\x00",
            "t=\ud800,v1=\ud800",
            "," * 100_000,
        ],
        ids=str,
    )
    def test_wrong_signatures(self, header: str) -> None:
        """A part is missing, doubled, of another scheme or time, one of too many, or no signature at all."""
        assert refusal(BODY, header).reason == "wrong_signature"

    def test_other_bytes(self) -> None:
        """The same JSON written otherwise is another message."""
        assert refusal(BODY.replace(b" ", b""), signed()).reason == "wrong_signature"

    @pytest.mark.parametrize("secrets", [(), (SecretStr(""),), (SecretStr(" \n"),)], ids=str)
    def test_no_secret_proves_nothing(self, secrets: tuple[SecretStr, ...]) -> None:
        """What is signed with nothing could be signed by anybody."""
        with pytest.raises(NotAuthentic):
            verify(BODY, signature(BODY, secret="", at=AT), secrets, now=NOW)

    @given(st.binary(max_size=60), st.text(max_size=120) | st.from_regex(r"(t=\w*|v1=\w*|,|=)*"))
    @patient
    def test_nothing_made_up_passes_or_breaks(self, body: bytes, header: str) -> None:
        """Any header is refused, and by nothing but NotAuthentic."""
        refusal(body, header)

    def test_refusals_tell_nothing(self) -> None:
        """Neither the secret nor the signature that would have fitted."""
        text = str(refusal(BODY, f"t={AT},v1=aa"))

        assert "whsec" not in text
        assert signed().rpartition("=")[2] not in text


class TestRead:
    def test_an_event(self) -> None:
        """All that leads on to what has happened."""
        event = read(an_event())

        assert (event.id, event.type, event.created) == ("evt_1", "charge.dispute.created", NOW)
        assert (event.account, event.livemode, event.api_version) == (None, False, API_VERSION)
        assert (event.object_id, event.object_type, event.object["amount"]) == ("du_1", "dispute", 4999)
        assert event.changed == ()

    def test_of_a_connected_account(self) -> None:
        """A Connect endpoint gets the events of all of them."""
        assert read(an_event(account="acct_2", livemode=True)).account == "acct_2"

    def test_what_an_update_changed(self) -> None:
        """The names only, in order."""
        data = {
            "object": {"id": "du_1", "object": "dispute"},
            "previous_attributes": {"status": "needs_response", "evidence": {"access_activity_log": None}},
        }

        assert read(an_event(data=data)).changed == ("evidence", "status")

    def test_what_is_new_at_stripe(self) -> None:
        """Types, versions and fields come to be without asking anybody."""
        new = an_event(type="dispute.dreamt_of", api_version="2031-01-01.zinnia", mood="good")

        assert read(new).type == "dispute.dreamt_of"

    def test_an_object_without_an_id(self) -> None:
        """Such as a balance."""
        event = read(an_event(data={"object": {"object": "balance"}}))

        assert (event.object_id, event.object_type) == (None, "balance")

    def test_numbers_are_kept_exactly(self) -> None:
        """A percentage is no binary fraction."""
        data = {"object": {"id": "sub_1", "object": "subscription", "application_fee_percent": 0.1}}

        assert read(an_event(data=data)).object["application_fee_percent"] == Decimal("0.1")

    @pytest.mark.parametrize(
        "changes",
        [
            {"object": "charge"},
            {"object": None},
            {"id": None},
            {"id": ""},
            {"id": "evt 1"},
            {"id": "e" * 256},
            {"id": 1},
            {"type": ["charge.refunded"]},
            {"created": None},
            {"created": "1795521600"},
            {"created": True},
            {"created": -1},
            {"created": 10**20},
            {"created": 1.5},
            {"livemode": None},
            {"livemode": "false"},
            {"livemode": 0},
            {"account": 5},
            {"api_version": 2026},
            {"data": None},
            {"data": []},
            {"data": {}},
            {"data": {"object": None}},
            {"data": {"object": []}},
            {"data": {"object": {"id": 5}}},
            {"data": {"object": {"id": {"id": "du_1"}}}},
            {"data": {"object": {}, "previous_attributes": [1]}},
        ],
        ids=str,
    )
    def test_what_is_no_event(self, changes: dict[str, Any]) -> None:
        """A field that is needed is missing or of another kind."""
        assert not_read(json.dumps(an_event(**changes)).encode()).reason == "not_an_event"

    def test_the_field_is_named_and_not_quoted(self) -> None:
        """An event is full of personal data."""
        error = str(not_read(json.dumps(an_event(created="jane@example.com")).encode()))

        assert "created" in error
        assert "jane" not in error

    def test_a_thin_event(self) -> None:
        """It only names its object: the endpoint is of the wrong kind, which somebody must be told."""
        thin = {
            "id": "evt_1",
            "object": "v2.core.event",
            "type": "v1.charge.dispute.created",
            "related_object": {"id": "du_1", "type": "dispute", "url": "/v1/disputes/du_1"},
        }

        error = not_read(json.dumps(thin).encode())

        assert error.reason == "thin_event"
        assert API_VERSION in str(error)

    @pytest.mark.parametrize(
        "inside",
        [
            b"NaN",
            b"-Infinity",
            b"9" * 5000,
            b"1e99999999999999999999",
            b'{"a": 1, "a": 2}',
            b'"\\ud800"',
            b'{"\\ud800": 1}',
            b'"\xff"',
            b"[" * 300 + b"]" * 300,
            b"[" * 100_000 + b"]" * 100_000,
            b'{"a":' * 400 + b"1" + b"}" * 400,
            b"",
            b"'",
        ],
        ids=lambda inside: inside[:12].decode("latin-1"),
    )
    @pytest.mark.parametrize("place", [b'"amount": %s', b'"evidence": {"deep": %s}'], ids=["top", "inside"])
    def test_traps_in_the_object(self, inside: bytes, place: bytes) -> None:
        """What JSON readers disagree about, cannot hold or cannot pass on."""
        whole = json.dumps(an_event()).encode()

        not_read(whole.replace(b'"amount": 4999', place % inside))

    def test_a_half_character_as_a_name(self) -> None:
        """Also at the top, where dumping would have made something else of it."""
        whole = json.dumps(an_event()).encode().replace(b'"amount"', b'"\\ud800"')

        assert not_read(whole).reason == "unparseable"

    def test_too_long(self) -> None:
        """Refused before it is read."""
        assert not_read(b"[" + b" " * MAX_BODY_BYTES).reason == "oversized"

    @pytest.mark.parametrize(
        "body", [b"", b"null", b"5", b'"event"', b"[]", b"{}", b"\xef\xbb\xbf{}", b"\x00"]
    )
    def test_what_is_no_object(self, body: bytes) -> None:
        """Nothing that could be an event."""
        not_read(body)

    @given(st.binary(max_size=400))
    @patient
    def test_arbitrary_bytes(self, body: bytes) -> None:
        """BadInput and nothing else."""
        not_read(body)

    @given(st.data())
    @patient
    def test_an_event_with_anything_in_it(self, data: st.DataObject) -> None:
        """Either read, and then as it can be kept and found again; or BadInput in one short sentence."""
        event = an_event()
        for path in data.draw(st.lists(st.sampled_from(PATHS), max_size=3)):
            holder = event["data"] if path[0] == "data" else event
            if isinstance(holder, dict):
                holder[path[-1]] = data.draw(values)
        body = data.draw(st.sampled_from([json.dumps(event), json.dumps(event, ensure_ascii=False)]))
        refused: BadInput | None = None
        try:
            found = read_event(body.encode("utf-8", "surrogatepass"))
        except BadInput as error:
            refused = error
        else:
            stored = found.model_dump_json()
            stored.encode()
            assert StripeEvent.model_validate_json(stored).model_dump_json() == stored
        assert refused is None or (refused.reason and 0 < len(str(refused)) < 300)


PATHS = [
    ("id",), ("object",), ("type",), ("created",), ("account",), ("livemode",), ("api_version",), ("data",),
    ("data", "object"), ("data", "previous_attributes"),
]  # fmt: skip

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=10)
    | st.sampled_from(["event", "v2.core.event", "\ud800", "\x00", 10**30]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=6), inner, max_size=4)
    ),
    max_leaves=10,
)


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, asyncio.Queue[tuple[str, bytes]]]]:
    """A server that takes every POST, and what it got: the signature header and the raw body."""
    got: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode():
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            names = {name.lower(): value for name, value in headers.items()}
            body = await reader.readexactly(int(names["content-length"]))
            got.put_nowait((names["stripe-signature"], body))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()
            return

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/stripe/shop", got


async def test_from_the_set_up_to_the_event(sandbox: Sandbox, gateway: Gateway) -> None:
    """The endpoint that was set up sends what the secret it came with proves, in the version that was asked for."""
    async with receiver() as (url, got):
        adopted = await gateway.adopt_webhook_endpoint(credentials(), url)
        assert adopted.secret is not None
        charge = await sandbox.charge()
        made = await sandbox.control("POST", "/disputes", {"charge": charge["id"], "reason": "fraudulent"})
        header, body = await asyncio.wait_for(got.get(), 20)
        await gateway.remove_webhook_endpoint(credentials(), adopted.id)

    verify(body, header, (adopted.secret,), now=datetime.now(UTC))
    event = read_event(body)

    assert event.type in EVENTS
    assert (event.object_type, event.object_id, event.api_version) == ("dispute", made["id"], API_VERSION)
    with pytest.raises(NotAuthentic):
        verify(body, header, (adopted.secret,), now=datetime.now(UTC) + timedelta(minutes=6))
