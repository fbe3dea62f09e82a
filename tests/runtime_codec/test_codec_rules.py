"""What is encrypted comes back, from every key that is still there; what is not the same any more does not."""

import base64
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from chargebacks.errors import BadInput, NeedsOperator
from runtime.codec import CLEAR, KEY_ID, Encryption, data_converter, decode_json, encode_json
from runtime.settings import Settings


def key(seed: int) -> str:
    return base64.b64encode(bytes([seed]) * 32).decode()


def holding(*entries: str) -> Encryption:
    return Encryption(SecretStr(",".join(entries)))


OLD, NEW = f"2026-10:{key(1)}", f"2026-11:{key(2)}"

payloads = st.builds(
    Payload,
    metadata=st.dictionaries(st.text(max_size=20), st.binary(max_size=40), max_size=4),
    data=st.binary(max_size=2000),
)


class TestRoundTrip:
    @given(payloads)
    async def test_a_payload_comes_back_as_it_was(self, payload: Payload) -> None:
        """Its own metadata included; outside stands the encoding and the key's name, and nothing else."""
        codec = holding(NEW)
        [sealed] = await codec.encode([payload])
        assert sealed.metadata == {"encoding": b"binary/encrypted", KEY_ID: b"2026-11"}
        assert await codec.decode([sealed]) == [payload]

    @given(st.binary(min_size=8, max_size=200))
    def test_nothing_of_it_can_be_read_and_no_two_are_alike(self, data: bytes) -> None:
        """A nonce is never used again, so equal payloads do not show that they are."""
        codec = holding(NEW)
        first, second = (codec.encrypted(Payload(data=data)) for _ in range(2))
        assert data not in first.data
        assert first.data != second.data

    @given(payloads.filter(lambda one: one.metadata.get("encoding") != b"binary/encrypted"))
    def test_what_was_never_encrypted_is_read_as_it_is(self, payload: Payload) -> None:
        """Cases that were open before encryption was switched on go on."""
        assert holding(NEW).decrypted(payload) == payload

    @given(payloads)
    def test_over_http_it_comes_back_as_well(self, payload: Payload) -> None:
        """In protobuf's JSON, as Temporal's UI and CLI send it."""
        codec = holding(NEW)
        written = {
            "metadata": {name: _base64(value) for name, value in payload.metadata.items()},
            "data": _base64(payload.data),
        }
        encoded = encode_json(codec, json.dumps({"payloads": [written]}).encode())
        [decoded] = json.loads(decode_json(codec, encoded))["payloads"]
        assert decoded == {name: value for name, value in written.items() if value}


class TestRotation:
    def test_the_first_encrypts_and_all_decrypt(self) -> None:
        """The new key is put in front; what the old one encrypted stays readable."""
        before, during = holding(OLD), holding(NEW, OLD)
        assert during.decrypted(before.encrypted(Payload(data=b"sale"))) == Payload(data=b"sale")
        assert during.encrypted(Payload()).metadata[KEY_ID] == b"2026-11"

    def test_a_key_can_be_handed_out_before_it_is_used(self) -> None:
        """Behind the old one: every process can decrypt with it before any encrypts."""
        ready = holding(OLD, NEW)
        assert ready.encrypted(Payload()).metadata[KEY_ID] == b"2026-10"
        assert ready.decrypted(holding(NEW).encrypted(Payload(data=b"sale"))).data == b"sale"

    def test_clear_in_front_encrypts_nothing_and_still_decrypts(self) -> None:
        """The first step of switching on, and of switching off."""
        codec = holding(CLEAR, NEW)
        assert codec.encrypted(Payload(data=b"sale")) == Payload(data=b"sale")
        assert codec.decrypted(holding(NEW).encrypted(Payload(data=b"sale"))).data == b"sale"

    def test_a_key_that_is_gone_is_named(self) -> None:
        """So that it can be found again."""
        with pytest.raises(
            NeedsOperator, match="under the key '2026-10', which PAYLOAD_KEYS does not hold \\(2026-11\\)"
        ) as raised:
            holding(NEW).decrypted(holding(OLD).encrypted(Payload(data=b"sale")))
        assert raised.value.reason == "payload_key_unknown"

    def test_another_key_of_the_same_name_opens_nothing(self) -> None:
        """The message says what may have happened."""
        sealed = holding(OLD).encrypted(Payload(data=b"sale"))
        with pytest.raises(NeedsOperator, match="2026-10 in PAYLOAD_KEYS does not open") as raised:
            holding(f"2026-10:{key(9)}").decrypted(sealed)
        assert raised.value.reason == "payload_not_opened"


class TestTampering:
    @given(payloads, st.integers(min_value=0), st.integers(min_value=1, max_value=255))
    def test_a_changed_byte_is_noticed(self, payload: Payload, place: int, change: int) -> None:
        """Whichever it is: of the nonce, the content or the tag."""
        codec = holding(NEW)
        sealed = codec.encrypted(payload)
        changed = bytearray(sealed.data)
        changed[place % len(changed)] ^= change
        sealed.data = bytes(changed)
        with pytest.raises(NeedsOperator, match="payload was changed"):
            codec.decrypted(sealed)

    @given(payloads, st.integers(min_value=0))
    def test_a_payload_cut_short_is_noticed(self, payload: Payload, length: int) -> None:
        """Down to nothing at all."""
        codec = holding(NEW)
        sealed = codec.encrypted(payload)
        sealed.data = sealed.data[: length % len(sealed.data)]
        with pytest.raises(NeedsOperator, match="payload was changed"):
            codec.decrypted(sealed)

    @given(st.binary(max_size=200))
    def test_rubbish_over_http_is_the_senders_mistake(self, body: bytes) -> None:
        """One sentence, which quotes nothing."""
        with pytest.raises(BadInput, match="Send Temporal's payloads as JSON"):
            decode_json(holding(NEW), b"\xff" + body)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[1]",
            b"[" * 100_000,
            b'{"payloads": 1}',
            b'{"payloads": [{"data": "\xc3"}]}',
            b'{"payloads": [1]}',
        ],
    )
    def test_other_json_is_refused(self, body: bytes) -> None:
        """Also where it is nested without end."""
        with pytest.raises(BadInput, match="Send Temporal's payloads as JSON"):
            encode_json(holding(NEW), body)

    def test_what_a_foreign_key_encrypted_is_refused(self) -> None:
        """The sender of a request can mend that, an operator of this service need not be called."""
        sealed = encode_json(holding(OLD), b'{"payloads": [{"data": "c2FsZQ=="}]}')
        with pytest.raises(BadInput, match="under the key '2026-10'"):
            decode_json(holding(NEW), sealed)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("", "Entry 1 does not begin with a name"),
        ("nonsense", "Entry 1 does not begin with a name"),
        (key(1), "Entry 1 does not begin with a name"),
        (f"{OLD},", "Entry 2 does not begin with a name"),
        (f":{key(1)}", "Entry 1 does not begin with a name"),
        (f"a name:{key(1)}", "Entry 1 does not begin with a name"),
        (f"{'x' * 65}:{key(1)}", "Entry 1 does not begin with a name"),
        (f"{OLD},clear", "Entry 2 does not begin with a name"),
        (f"clear:{key(1)}", "Entry 1 does not begin with a name"),
        ("clear", "Entry 1 is `clear`, and no key follows"),
        (f"{OLD},{OLD}", "Entry 2 is a second one with the name 2026-10"),
        ("2026-10:", "Entry 1 has 0 bytes instead of 32"),
        ("2026-10:c2hvcnQ=", "Entry 1 has 5 bytes instead of 32"),
        ("2026-10:!!!!", "Entry 1 is not base64"),
        ("2026-10:schlüssel", "Entry 1 is not base64"),
    ],
)
def test_malformed_keys_are_told_by_their_place(setting: str, said: str) -> None:
    """Never by what they are: whoever reads the log must not learn a key."""
    with pytest.raises(NeedsOperator) as raised:
        data_converter(Settings(payload_keys=SecretStr(setting)))
    assert said in str(raised.value)
    assert not [
        part for part in setting.replace(",", ":").split(":") if len(part) > 10 and part in str(raised.value)
    ]


def test_both_alphabets_of_base64_are_the_same_key() -> None:
    """`openssl rand -base64 32` and Python's `token_urlsafe` write different ones."""
    written = base64.b64encode(bytes(itertools.islice(itertools.cycle(b"\xfb\xff"), 32))).decode()
    safe = written.replace("+", "-").replace("/", "_")
    assert written != safe
    sealed = holding(f"k:{written}").encrypted(Payload(data=b"sale"))
    assert holding(f"k:{safe}").decrypted(sealed).data == b"sale"


class TestConverter:
    def test_without_keys_nothing_is_different(self) -> None:
        """No codec at all."""
        assert data_converter(Settings(payload_keys=None)).payload_codec is None

    async def test_messages_of_failures_are_encrypted(self) -> None:
        """They may quote what Stripe said of a customer; they come back with their stack trace, type and details."""
        converter = data_converter(Settings(payload_keys=SecretStr(NEW)))
        failure = Failure()
        await converter.encode_failure(_failed("Ada Lovelace has no card", "ada@lovelace.example"), failure)
        written = failure.SerializeToString()
        assert b"Ada" not in written
        assert b"ada@" not in written
        assert b"in _failed" not in written
        told: Any = await converter.decode_failure(failure)
        assert (told.message, told.type, told.details) == (
            "Ada Lovelace has no card",
            "card_gone",
            ("ada@lovelace.example",),
        )

    async def test_failures_of_the_time_before_are_read(self) -> None:
        """And those of the time after switching off."""
        failure = Failure()
        await data_converter(Settings(payload_keys=None)).encode_failure(_failed("gone", "x"), failure)
        told = await data_converter(Settings(payload_keys=SecretStr(NEW))).decode_failure(failure)
        assert str(told) == "card_gone: gone"


def _failed(message: str, detail: str) -> ApplicationError:
    try:
        raise ApplicationError(message, detail, type="card_gone")
    except ApplicationError as error:
        return error


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
