"""What answers of alert sources become, over a scripted wire; and which sources can be configured."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from network_samples import NOW, as_form, as_json, chargebackhit, payshield, source
from pydantic import SecretStr

from chargebacks.errors import BadInput, NeedsOperator, Refused, TryLater
from chargebacks.money import Money
from chargebacks.outcomes import DecidedBy, Outcome, OutcomeCode
from networks.http import LONGEST_WAIT, already_final, words_of
from networks.registry import ADAPTERS, adapter_of, check_settings

REFUNDED = Outcome(
    code=OutcomeCode.REFUNDED,
    decided_by=DecidedBy.RULE,
    refunded=Money(amount_minor=4999, currency="USD"),
    refunded_at=datetime(2026, 11, 23, 11, 59, 30, tzinfo=UTC),
    charge_id="ch_123",
)


def wire(*answers: httpx.Response | Exception):
    """A client whose calls get these answers in turn, and the requests it made."""
    made: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        made.append(request)
        answer = answers[len(made) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.AsyncClient(transport=httpx.MockTransport(handle)), made


async def report(kind: str, *answers: httpx.Response | Exception, outcome: Outcome = REFUNDED):
    """Report to a source of this kind over a scripted wire."""
    body = as_json(chargebackhit()) if kind == "chargebackhit" else as_form(payshield())
    settings = source(kind)
    settings = settings.model_copy(update={"secrets": {**settings.secrets, "rcode": SecretStr("rcode-test")}})
    (alert,) = ADAPTERS[kind].parse(body, settings, received_at=NOW)
    client, made = wire(*answers)
    async with client:
        return await ADAPTERS[kind].report(client, settings, alert, outcome), made


class TestAnswers:
    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(408),
            httpx.Response(425),
            httpx.Response(500, text="<html>"),
            httpx.Response(599),
            httpx.Response(200, text='{"alert": {"out'),
            httpx.Response(200, text=""),
            httpx.Response(200, json=["not", "an", "object"]),
            httpx.Response(200, text="[" * 100_000),
            httpx.ReadTimeout("slow"),
            httpx.ConnectError("refused"),
            httpx.RemoteProtocolError("torn"),
        ],
    )
    async def test_later(self, answer):
        """Nobody knows whether it was taken, or it certainly was not."""
        with pytest.raises(TryLater):
            await report("reseller", answer)

    @pytest.mark.parametrize(
        ("retry_after", "wait"),
        [
            ("30", timedelta(seconds=30)),
            ("0", timedelta(0)),
            ("999999", LONGEST_WAIT),
            ("soon", None),
            ("", None),
            ("-5", None),
            ("²", None),
        ],
    )
    async def test_how_long_to_wait(self, retry_after, wait):
        """Seconds, bounded by an hour; nonsense is no wish."""
        with pytest.raises(TryLater) as later:
            await report("reseller", httpx.Response(429, headers=[(b"Retry-After", retry_after.encode())]))
        assert later.value.after == wait

    async def test_a_date_to_wait_for(self):
        """The other form that HTTP allows."""
        when = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
        with pytest.raises(TryLater) as later:
            await report("reseller", httpx.Response(503, headers={"Retry-After": when}))
        assert timedelta(minutes=4) < later.value.after <= timedelta(minutes=5)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    async def test_a_redirect_is_a_wrong_address(self, status):
        """Following it would carry the outcome and the credentials elsewhere."""
        with pytest.raises(NeedsOperator, match="base address"):
            await report(
                "reseller", httpx.Response(status, headers={"Location": "https://elsewhere.invalid"})
            )

    @pytest.mark.parametrize("status", [401, 403])
    async def test_credentials(self, status):
        """Which secret to mend."""
        with pytest.raises(NeedsOperator, match="api_token"):
            await report("reseller", httpx.Response(status, json={"error": {"message": "no"}}))

    async def test_refused_in_the_providers_words(self):
        """Code, sentence and fields; without secrets and card numbers; shortened."""
        message = "token reseller-api-test, card 4242424242424242 " + "x" * 500
        error = {"error": {"code": "validation_error", "message": message, "fields": {"amount": "bad"}}}
        with pytest.raises(Refused) as refusal:
            await report("reseller", httpx.Response(422, json=error))
        said = str(refusal.value)
        assert refusal.value.reason == "validation_error"
        assert "reseller-api-test" not in said
        assert "4242424242424242" not in said
        assert len(said) < 300

    async def test_the_reason_shows_no_secret_either(self):
        """Some providers put a whole sentence where a code belongs."""
        answer = httpx.Response(400, json={"error": "Unknown token reseller-api-test"})
        with pytest.raises(Refused) as refusal:
            await report("reseller", answer)
        assert refusal.value.reason == "unknown_token_"
        assert "reseller-api-test" not in str(refusal.value)

    @pytest.mark.parametrize("token", ["two\nlines", "schlüssel"])
    async def test_a_secret_that_no_header_can_carry(self, stand_ins, http, token):
        """The message does not show it."""
        settings = stand_ins.source("reseller").model_copy(
            update={"secrets": {"api_token": SecretStr(token)}}
        )
        (alert,) = ADAPTERS["reseller"].parse(as_form(payshield()), settings, received_at=NOW)
        with pytest.raises(NeedsOperator, match="api_token") as refusal:
            await ADAPTERS["reseller"].report(http, settings, alert, REFUNDED)
        assert token not in str(refusal.value)

    async def test_refused_without_words(self):
        """A bare 404 or 422 is still final."""
        with pytest.raises(Refused, match="no reason given"):
            await report("reseller", httpx.Response(404, text="Not Found"))


class TestWords:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"error": {"code": "x", "message": "m"}}, "x"),
            ({"error": "x", "message": "m"}, "x"),
            ({"Errors": {"Error": [{"ReasonCode": "X", "Description": "m"}]}}, "x"),
            ({"status": "FAILURE", "errors": [{"ReasonCode": "X", "Description": "m"}]}, "x"),
            ({"status": "FAILURE", "errors": {"Error": {"ReasonCode": "X", "Description": "m"}}}, "x"),
        ],
    )
    def test_every_documented_envelope(self, body, code):
        """Chargebackhit's, Chargeblast's, and Mastercard's in its variants."""
        found = words_of(body)
        assert (found.code.lower(), found.sentence) == (code, "m")

    @pytest.mark.parametrize(
        "body", [None, [], "text", {"error": None}, {"Errors": 5}, {"Errors": {"Error": []}}]
    )
    def test_no_envelope(self, body):
        """No words, no failure."""
        assert words_of(body) == ("", "")

    @pytest.mark.parametrize(
        "sentence",
        [
            "Alert has already been actioned",
            "This alert was already responded to",
            "A final outcome exists",
            "already resolved",
        ],
    )
    def test_words_for_already_final(self, sentence):
        """No provider publishes its own, so several are understood."""
        assert already_final(words_of({"message": sentence}))

    @pytest.mark.parametrize("sentence", ["must be one of", "alert expired", "invalid outcome", ""])
    def test_other_refusals(self, sentence):
        """These say nothing about an earlier answer."""
        assert not already_final(words_of({"message": sentence}))


class TestChargebackhit:
    async def test_a_refusal_is_held_against_the_alert(self):
        """Whatever words refuse: the alert itself says whether it has its outcome."""
        taken, made = await report(
            "chargebackhit",
            httpx.Response(422, json={"error": {"code": "nope", "message": "no"}}),
            httpx.Response(200, json={"alert": {"outcome": "not-found"}}),
        )
        assert taken.already_known
        assert "not-found" in taken.answer
        assert [(request.method, request.url.path) for request in made] == [
            ("POST", "/api/v2/alerts/a1b2c3d4-0000-4000-8000-000000000001/update-outcome"),
            ("GET", "/api/v2/alerts/a1b2c3d4-0000-4000-8000-000000000001"),
        ]

    @pytest.mark.parametrize("held", ["", "pending", None])
    async def test_a_refusal_of_an_open_alert(self, held):
        """Then our request is wrong, and a person must look."""
        with pytest.raises(Refused, match="no good"):
            await report(
                "chargebackhit",
                httpx.Response(400, json={"error": {"code": "validation_error", "message": "no good"}}),
                httpx.Response(200, json={"alert": {"outcome": held}}),
            )

    @pytest.mark.parametrize("shown", ["reversed", "pending", ""])
    async def test_a_success(self, shown):
        """The answer may show the alert as it was a moment ago."""
        taken, _ = await report("chargebackhit", httpx.Response(200, json={"alert": {"outcome": shown}}))
        assert (taken.provider_code, taken.already_known) == ("reversed", False)

    async def test_a_success_that_shows_another_outcome(self):
        """An answer of 200 that leaves an earlier outcome standing is no success of ours."""
        taken, _ = await report("chargebackhit", httpx.Response(200, json={"alert": {"outcome": "decline"}}))
        assert taken.already_known


class TestPayShield:
    async def test_the_documented_status_update(self):
        """https://docs.payshield.ai/txalerts-dispute-alerts/api-endpoints/alert-status-update"""
        taken, (request,) = await report("payshield", httpx.Response(200, json={"message": "ok"}))
        assert (request.method, request.url.path) == ("POST", "/secure/alert/update/v2/")
        assert request.headers["rcode"] == "rcode-test"
        assert httpx.Response(200, content=request.content).json() == {
            "alert_id": "10001",
            "status": "RESOLVED",
            "reason_code": "100.001",
            "comments": "",
            "alert_outcome_amount": "49.99",
            "alert_outcome_currency": "USD",
            "alert_outcome_action_date": "2026-11-23T11:59:30+00:00",
        }
        assert taken.provider_code == "100.001"

    async def test_a_duplicate_names_the_other_alert(self):
        """940 is not taken without it."""
        duplicate = REFUNDED.model_copy(update={"code": OutcomeCode.DUPLICATE, "duplicate_of": "9"})
        _, (request,) = await report("payshield", httpx.Response(200, json={}), outcome=duplicate)
        told = httpx.Response(200, content=request.content).json()
        assert (told["reason_code"], told["tx_details"]) == ("940.001", {"duplicate_alertid": "9"})

    async def test_a_declined_alert(self):
        """Status and code say the same."""
        declined = Outcome(code=OutcomeCode.DECLINED_BY_RULE, decided_by=DecidedBy.PERSON)
        _, (request,) = await report("payshield", httpx.Response(200, json={}), outcome=declined)
        told = httpx.Response(200, content=request.content).json()
        assert (told["status"], told["reason_code"]) == ("DECLINED", "957.002")


class TestSettings:
    def test_every_kind_is_found_by_its_name(self):
        """The registry's key is what settings and alerts carry."""
        assert {kind: adapter.kind for kind, adapter in ADAPTERS.items()} == {kind: kind for kind in ADAPTERS}

    def test_a_kind_of_a_newer_version(self):
        """A stored source that this version does not know."""
        with pytest.raises(NeedsOperator, match="chargebackhit"):
            adapter_of(source("chargebackhit").model_copy(update={"kind": "newer"}))

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"kind": "newer"}, "kind must be one of"),
            ({"secrets": {}}, "public_key"),
            (
                {
                    "secrets": {
                        "public_key": SecretStr("a"),
                        "secret_key": SecretStr("b"),
                        "typo": SecretStr("c"),
                    }
                },
                "typo",
            ),
            ({"options": {"typo": "1"}}, "typo"),
            ({"base_url": ""}, "base address"),
            ({"base_url": "alerts.example.com"}, "base address"),
        ],
    )
    def test_settings_that_do_not_fit(self, change, words):
        """Said when the source is connected, not when its first alert is due."""
        settings = source("chargebackhit").model_copy(update=change)
        with pytest.raises(BadInput, match=words):
            check_settings(settings)

    def test_settings_that_fit(self):
        """Nothing to say."""
        check_settings(source("chargebackhit"))

    def test_no_secret_shows_in_print(self):
        """Settings may reach a log line by accident."""
        printed = repr(source("chargebackhit")) + str(source("chargebackhit"))
        assert "cbh_secret_test" not in printed
