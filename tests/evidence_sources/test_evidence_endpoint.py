"""The example endpoint is asked over HTTP: it proves the sender by its own code, and its answers become supplies."""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from example_endpoint import SECRETS, ExampleEndpoint
from pydantic import SecretStr
from supply_samples import PDF, question

from chargebacks.errors import NeedsOperator, Refused, TryLater
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Supplier, Supply
from chargebacks.supplies import items_of
from evidence_sources.endpoint import ConfiguredSources
from evidence_sources.folder import read_folder
from evidence_sources.signing import HEADER, signature
from examples.evidence_endpoint import is_authentic
from runtime.connections import EvidenceSourceSettings

BODY = question().model_dump_json().encode()


def settings(url: str, *, secret: str | None = SECRETS[0]) -> EvidenceSourceSettings:
    return EvidenceSourceSettings(
        name="shop-api",
        account="shop",
        kind=Supplier.ENDPOINT,
        url=url,
        secret=None if secret is None else SecretStr(secret),
    )


@pytest.fixture
def ask(example: ExampleEndpoint, http: httpx.AsyncClient):
    """Ask the example a question, signed with this secret."""

    async def ask(*, secret: str = SECRETS[0], **differences) -> Supply:
        async def settings_of(name: str) -> EvidenceSourceSettings:
            assert name == "shop-api"
            return settings(example.url, secret=secret)

        return await ConfiguredSources(settings_of=settings_of, http=http).ask(
            "shop-api", question(**differences)
        )

    return ask


class TestAnswers:
    async def test_what_the_shop_knows_comes_back_whole(self, ask, example):
        """Parcel, messages, policy, facts and the label, as they lie in the shop's folder."""
        supply = await ask()
        (parcel,) = supply.deliveries
        assert (parcel.tracking_number, parcel.signed_by) == ("1Z999AA10123456784", "J DOE")
        assert supply.facts is not None
        assert supply.facts.product_type is ProductType.PHYSICAL
        (label,) = supply.files
        assert (label.field, label.name) == ("shipping_documentation", "label.pdf")
        assert base64.b64decode(label.content_base64 or "") == PDF
        assert label.sha256 == hashlib.sha256(PDF).hexdigest()
        assert supply.model_copy(update={"files": ()}) == read_folder(example.orders / "1001").supply

    async def test_its_items_name_the_endpoint(self, ask):
        """What came over HTTP says so."""
        items = items_of(await ask(), supplier=Supplier.ENDPOINT, by="shop-api", at=datetime.now(UTC))
        assert {item.content.type for item in items} == {"text", "delivery", "messages", "policy", "facts"}
        assert {(item.provenance.supplier, item.provenance.by) for item in items} == {
            ("endpoint", "shop-api")
        }

    async def test_an_order_it_does_not_know_is_an_empty_supply(self, ask):
        """204: nothing is known, and nothing is wrong."""
        assert await ask(order_ids=("9999",)) == Supply()

    async def test_an_order_it_still_looks_for_is_asked_again_later(self, ask):
        """202 with Retry-After."""
        with pytest.raises(TryLater) as later:
            await ask(order_ids=("1002",))
        assert (later.value.reason, later.value.after) == ("not_ready", timedelta(minutes=30))

    async def test_a_question_it_refuses_is_refused_in_its_own_words(self, ask):
        """4xx: asking the same again cannot help."""
        with pytest.raises(Refused, match="The charge names no order") as refusal:
            await ask(order_ids=())
        assert refusal.value.reason == "no_order"


class TestSignature:
    async def test_both_secrets_work_while_one_takes_the_place_of_the_other(self, ask):
        """A secret is changed without a gap: first there, then here, then the old one goes."""
        assert [len((await ask(secret=secret)).deliveries) for secret in SECRETS] == [1, 1]

    async def test_a_secret_that_was_taken_out_needs_an_operator(self, ask):
        """The message says what to compare, and shows no secret."""
        with pytest.raises(NeedsOperator, match="same secret") as refusal:
            await ask(secret="secret-of-last-year")
        assert refusal.value.reason == "signature_refused"
        assert "secret-of" not in str(refusal.value)

    @pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6), timedelta(days=-30)])
    async def test_the_example_refuses_what_was_signed_at_another_time(self, example, http, off):
        """A question that somebody kept is worth nothing after five minutes, nor is one from the future."""
        assert (
            await self.status(example, http, signature(BODY, secret=SECRETS[0], at=datetime.now(UTC) + off))
            == 401
        )

    async def test_the_example_takes_what_was_signed_now(self, example, http):
        """The counterpart: the same bytes, just now."""
        assert (
            await self.status(example, http, signature(BODY, secret=SECRETS[0], at=datetime.now(UTC))) == 200
        )

    @pytest.mark.parametrize(
        "header", ["", "t=1,v1=", "v1=abc", "t=now,v1=" + "0" * 64, "t=1764000000,v1=" + "0" * 64]
    )
    async def test_the_example_refuses_what_is_not_signed(self, example, http, header):
        """Missing, torn and invented signatures alike."""
        assert await self.status(example, http, header) == 401

    async def status(self, example, http, header: str) -> int:
        answer = await http.post(example.url, content=BODY, headers={HEADER: header})
        return int(answer.status_code)

    def test_it_covers_time_and_every_byte(self):
        """Any other body, time or secret has another signature."""
        at = datetime.now(UTC)
        signed = signature(BODY, secret="one", at=at)
        assert is_authentic(signed, BODY, secrets=["one"], now=at.timestamp())
        assert not is_authentic(signed, BODY + b" ", secrets=["one"], now=at.timestamp())
        assert not is_authentic(signed, BODY, secrets=["two"], now=at.timestamp())
        later = signed.replace(f"t={int(at.timestamp())}", f"t={int(at.timestamp()) + 1}")
        assert not is_authentic(later, BODY, secrets=["one"], now=at.timestamp())

    def test_it_is_what_the_guide_says(self):
        """HMAC-SHA256 over the Unix time, a full stop and the body, in hexadecimal."""
        signed = signature(b"{}", secret="key", at=datetime(2026, 11, 23, 12, tzinfo=UTC))
        found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", signed)
        assert found is not None
        assert found[1] == "1795435200"
        assert found[2] == hmac.new(b"key", b"1795435200.{}", hashlib.sha256).hexdigest()
