"""What Ethoca's answers to an outcome mean, and the forms in which its signing key comes."""

import base64
import json

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from network_samples import NOW, as_json, ethoca_push, source
from pydantic import SecretStr

from chargebacks.errors import NeedsOperator, Refused, TryLater
from chargebacks.money import Money
from chargebacks.outcomes import DecidedBy, Outcome, OutcomeCode
from networks.ethoca import Ethoca
from networks.ethoca_api import outcome_item, to_json
from runtime.connections import SourceSettings

ID = "ABCDEFGHIJKLMNOPQRSTUVWX1"
DECLINED = Outcome(code=OutcomeCode.DECLINED_BY_RULE, decided_by=DecidedBy.RULE)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def settings(key) -> SourceSettings:
    return with_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def with_key(text: str, password: str | None = None) -> SourceSettings:
    """A source whose signing key is given in this form."""
    configured = source("ethoca")
    secrets = {**configured.secrets, "signing_key": SecretStr(text)}
    if password is not None:
        secrets["signing_key_password"] = SecretStr(password)
    return configured.model_copy(update={"secrets": secrets})


def alert(**fields):
    (parsed,) = Ethoca().parse(as_json(ethoca_push(**fields)), source("ethoca"), received_at=NOW)
    return parsed


async def report(settings: SourceSettings, answer: httpx.Response):
    """Report over a wire that gives this answer; also the request that was made."""
    made: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        made.append(request)
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        return await Ethoca().report(http, settings, alert(), DECLINED), made[0]


def answered(*items: dict) -> httpx.Response:
    return httpx.Response(200, json={"outcomeResponses": list(items)})


def failure(**error) -> dict:
    return {"alertId": ID, "status": "FAILURE", "errors": {"Error": [error]}}


class TestTheItemDecides:
    async def test_success_among_others(self, settings):
        """Found by its id, wherever it stands."""
        taken, request = await report(
            settings,
            answered({"alertId": "OTHER", "status": "FAILURE"}, {"alertId": ID, "status": "SUCCESS"}),
        )
        assert (taken.provider_code, taken.already_known) == ("OTHER", False)
        assert request.url.path == "/ethoca/alerts/merchants/outcomes"
        assert request.headers["authorization"].startswith("OAuth oauth_")

    @pytest.mark.parametrize(
        "answer",
        [
            answered(),
            answered({"alertId": "OTHER", "status": "SUCCESS"}),
            httpx.Response(200, json={}),
            httpx.Response(200, json={"outcomeResponses": {"alertId": ID}}),
            httpx.Response(200, json=[{"alertId": ID, "status": "SUCCESS"}]),
        ],
    )
    async def test_a_200_that_does_not_mention_it(self, settings, answer):
        """HTTP 200 says nothing about the alert: it is asked again."""
        with pytest.raises(TryLater):
            await report(settings, answer)

    async def test_a_final_outcome_stands(self, settings):
        """The first one is what the issuer got."""
        taken, _ = await report(
            settings, answered(failure(ReasonCode="OUTCOME_ALREADY_FINAL", Recoverable=False))
        )
        assert taken.already_known

    async def test_recoverable_means_later(self, settings):
        """A trouble of theirs."""
        with pytest.raises(TryLater):
            await report(settings, answered(failure(ReasonCode="SYSTEM_BUSY", Recoverable=True)))

    @pytest.mark.parametrize("status", [200, 400])
    async def test_a_validation_failure_is_final_whatever_it_says(self, settings, status):
        """The documented example calls an invalid date recoverable; the same bytes stay invalid."""
        error = {
            "ReasonCode": "VALIDATION_FAILURE",
            "Description": "Invalid date format",
            "Recoverable": True,
        }
        answer = answered(failure(**error))
        if status == 400:
            answer = httpx.Response(400, json={"Errors": {"Error": [error]}})
        with pytest.raises(Refused, match="Invalid date") as refusal:
            await report(settings, answer)
        assert refusal.value.reason == "validation_failure"


class TestTheItem:
    def test_an_earlier_refund_of_unknown_amount(self):
        """REFUNDED with an amount of 0 would contradict itself: then the alert's own amount stands."""
        duplicate = Outcome(code=OutcomeCode.DUPLICATE, decided_by=DecidedBy.RULE, duplicate_of="B" * 25)
        item = json.loads(to_json(outcome_item(source("ethoca"), alert(), duplicate)))
        assert (item["refundStatus"], item["refund"]["amount"]["value"]) == ("REFUNDED", 49.99)
        assert "B" * 25 in item["comments"]

    def test_what_does_not_fit_is_left_out(self):
        """A reference number longer than the schema allows would refuse the whole outcome."""
        refunded = Outcome(
            code=OutcomeCode.REFUNDED,
            decided_by=DecidedBy.RULE,
            refunded=Money(amount_minor=100, currency="USD"),
            refund_arn="7" * 25,
            comment="x" * 2000,
        )
        item = outcome_item(source("ethoca"), alert(), refunded)
        assert "acquirerReferenceNumber" not in item["refund"]
        assert len(item["comments"]) == 1024

    @pytest.mark.parametrize("amount", ["some", "NaN", "-1", ""])
    def test_an_option_that_is_no_amount(self, amount):
        """Said to the operator, by name."""
        with pytest.raises(NeedsOperator, match="amount_when_not_refunded"):
            outcome_item(source("ethoca", amount_when_not_refunded=amount), alert(), DECLINED)


class TestSigningKey:
    async def test_a_p12_file_in_base64(self, key):
        """As Mastercard Developers hands it out, with its password."""
        p12 = pkcs12.serialize_key_and_certificates(
            b"key", key, None, None, BestAvailableEncryption(b"pw-test")
        )
        text = base64.b64encode(p12).decode()
        taken, _ = await report(with_key(text, "pw-test"), answered({"alertId": ID, "status": "SUCCESS"}))
        assert not taken.already_known
        with pytest.raises(NeedsOperator, match="password"):
            await report(with_key(text, "wrong"), answered())

    async def test_a_locked_pem(self, key):
        """PEM may be locked, too."""
        locked = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw-test")
        ).decode()
        await report(with_key(locked, "pw-test"), answered({"alertId": ID, "status": "SUCCESS"}))
        with pytest.raises(NeedsOperator):
            await report(with_key(locked), answered())
