"""Outcomes over HTTP to the stand-ins of the networks, and what their failures become."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from network_samples import NOW
from pydantic import SecretStr

from chargebacks.alerts import Alert, AlertKind, AnswerMode, ReasonClass
from chargebacks.errors import NeedsOperator, Refused, TryLater
from chargebacks.money import Money
from chargebacks.outcomes import DecidedBy, Outcome, OutcomeCode
from networks import ethoca_api
from networks.adapter import Inbound
from networks.ethoca import Ethoca
from networks.registry import ADAPTERS
from networks.reporting import ConfiguredNetworks

CODES = list(OutcomeCode)
PAID_BACK = {
    OutcomeCode.REFUNDED,
    OutcomeCode.REFUNDED_PARTIAL,
    OutcomeCode.ALREADY_REFUNDED,
    OutcomeCode.DUPLICATE,
}
NETWORKS = ["chargebackhit", "ethoca", "reseller", "chargeblast"]


def outcome(code: OutcomeCode = OutcomeCode.REFUNDED, *, minor: int = 4999, currency: str = "USD") -> Outcome:
    """An outcome as the workflow makes it: with the money where it went back."""
    paid_back = code in PAID_BACK
    return Outcome(
        code=code,
        decided_by=DecidedBy.RULE,
        refunded=Money(amount_minor=minor, currency=currency) if paid_back else None,
        refunded_at=datetime(2026, 11, 23, 11, 59, 30, 123456, tzinfo=UTC) if paid_back else None,
        refund_id="re_123" if paid_back else None,
        refund_arn="74537604221222132710572" if paid_back else None,
        charge_id=None if code is OutcomeCode.NOT_FOUND else "ch_123",
        duplicate_of="earlier-alert" if code is OutcomeCode.DUPLICATE else None,
        comment="One plain sentence.",
    )


def arrive(stand_ins, network: str, **fields) -> Alert:
    """An alert as the network sends it, through our own parser."""
    made = stand_ins.generate(network, **fields)
    settings = stand_ins.source(network)
    received_at = datetime.now(UTC)
    (alert,) = ADAPTERS[network].parse(made["body"].encode(), settings, received_at=received_at)
    return alert


def reporter(stand_ins, http) -> ConfiguredNetworks:
    async def settings_of(name: str):
        return stand_ins.source(name.removesuffix("-shop"))

    return ConfiguredNetworks(settings_of=settings_of, http=http)


class TestEveryCode:
    @pytest.mark.parametrize("code", CODES)
    @pytest.mark.parametrize(
        ("network", "fields"),
        [
            ("chargebackhit", {}),
            ("ethoca", {"type": "CONFIRMEDFRAUD"}),
            ("ethoca", {"type": "CUSTOMERDISPUTE"}),
            ("reseller", {"product": "cdrn"}),
            ("chargeblast", {"type": "CDRN"}),
        ],
    )
    async def test_the_network_takes_it(self, stand_ins, http, network, fields, code):
        """Every neutral code has words that the network accepts as the alert's one final outcome."""
        alert = arrive(stand_ins, network, **fields)
        taken = await reporter(stand_ins, http).report(alert.source, alert, outcome(code))
        (told,) = stand_ins.outcomes(network=network)
        assert (told["accepted"], told["final"], told["outcome"]) == (True, True, taken.provider_code)
        assert not taken.already_known

    @pytest.mark.parametrize("code", CODES)
    async def test_ethoca_through_the_reseller(self, stand_ins, http, code):
        """Ethoca's column of the code matrix lacks some of CDRN's codes."""
        made = stand_ins.generate("reseller", product="ethoca")
        settings = stand_ins.source("reseller", dispute_product="ethoca")
        (alert,) = ADAPTERS["reseller"].parse(made["body"].encode(), settings, received_at=NOW)
        await ADAPTERS["reseller"].report(http, settings, alert, outcome(code))
        (told,) = stand_ins.outcomes(network="reseller")
        assert (told["accepted"], told["final"]) == (True, True)

    @pytest.mark.parametrize(
        "kind_of_alert", ["resolved", "prevented", "fraud-notification", "dispute-notification"]
    )
    async def test_chargebackhit_notices_are_acknowledged(self, stand_ins, http, kind_of_alert):
        """Whatever we decided: nothing else is taken."""
        alert = arrive(stand_ins, "chargebackhit", type=kind_of_alert, order_id="order-1")
        taken = await reporter(stand_ins, http).report(alert.source, alert, outcome())
        (told,) = stand_ins.outcomes(network="chargebackhit")
        assert (taken.provider_code, told["accepted"]) == ("acknowledged", True)
        assert told["body"]["order"]["order_id"] == "order-1"

    @pytest.mark.parametrize("kind_of_alert", ["DISPUTE_RDR", "DISPUTE_NOTICE", "CANCEL", "FRAUD_NOTICE"])
    async def test_reseller_notices_are_acknowledged(self, stand_ins, http, kind_of_alert):
        """They take an acknowledgement, as often as it is sent."""
        alert = arrive(stand_ins, "reseller", type=kind_of_alert)
        for _ in range(2):
            taken = await reporter(stand_ins, http).report(
                alert.source, alert, outcome(OutcomeCode.ACKNOWLEDGED)
            )
            assert (taken.provider_code, taken.already_known) == ("acknowledged", False)
        assert {told["accepted"] for told in stand_ins.outcomes(network="reseller")} == {True}


class TestTheWordsOfTheRefund:
    @pytest.mark.parametrize(
        ("currency", "minor", "amount"),
        [
            ("USD", 1, "0.01"),
            ("USD", 25010, "250.10"),
            ("JPY", 500, "500"),
            ("KWD", 1250, "1.250"),
            ("ISK", 50000, "500"),
        ],
    )
    async def test_amounts_are_exact_everywhere(self, stand_ins, http, currency, minor, amount):
        """Strings or JSON numbers, with the currency's decimals, never through a float."""
        sent = outcome(minor=minor, currency=currency)
        for network in ("chargebackhit", "ethoca", "reseller"):
            alert = arrive(stand_ins, network, amount=amount, currency=currency)
            await reporter(stand_ins, http).report(alert.source, alert, sent)
        chargebackhit, ethoca, reseller = stand_ins.outcomes()
        assert chargebackhit["body"]["order"]["refund"] == {"amount": amount, "currency": currency}
        assert f'"value":{amount},' in ethoca["raw"]
        assert (reseller["body"]["amount"], reseller["body"]["currency"]) == (amount, currency)

    async def test_ethoca_hears_of_the_refund_itself(self, stand_ins, http):
        """When it was made, its id and its reference number; the amount stopped is what went back."""
        alert = arrive(stand_ins, "ethoca")
        await reporter(stand_ins, http).report(alert.source, alert, outcome())
        (told,) = stand_ins.outcomes(network="ethoca")
        refund = told["body"]["refund"]
        assert refund["timestamp"] == "2026-11-23T11:59:30+00:00"
        assert (refund["transactionId"], refund["acquirerReferenceNumber"]) == (
            "re_123",
            "74537604221222132710572",
        )
        assert told["body"]["amountStopped"] == refund["amount"]

    async def test_nothing_refunded_is_amount_zero(self, stand_ins, http):
        """The schema wants an amount even then; where a network insists on 1, an option says so."""
        stand_ins.settings("ethoca", amount_minimum="1")
        alert = arrive(stand_ins, "ethoca")
        adapter, sent = ADAPTERS["ethoca"], outcome(OutcomeCode.NOT_FOUND)
        with pytest.raises(Refused, match=r"amountStopped\.value"):
            await adapter.report(http, stand_ins.source("ethoca"), alert, sent)
        await adapter.report(http, stand_ins.source("ethoca", amount_when_not_refunded="1"), alert, sent)
        refused, taken = stand_ins.outcomes(network="ethoca")
        assert (refused["accepted"], taken["accepted"]) == (False, True)
        assert refused["body"]["amountStopped"]["value"] in (0, "0")

    async def test_the_same_outcome_makes_the_same_bytes(self, stand_ins, http):
        """A source that takes an equal repeat takes ours."""
        for network in NETWORKS:
            stand_ins.settings(network, repeat="accept")
            alert = arrive(stand_ins, network)
            for _ in range(2):
                taken = await reporter(stand_ins, http).report(alert.source, alert, outcome())
                assert not taken.already_known
            first, second = stand_ins.outcomes(network=network)
            assert first["raw"] == second["raw"]


class TestAlreadyFinal:
    @pytest.mark.parametrize("network", NETWORKS)
    async def test_a_second_outcome_is_already_known(self, stand_ins, http, network):
        """Not an error: the activity knows whether the first one was ours."""
        alert = arrive(stand_ins, network)
        await reporter(stand_ins, http).report(alert.source, alert, outcome())
        again = await reporter(stand_ins, http).report(alert.source, alert, outcome(OutcomeCode.NOT_FOUND))
        assert again.already_known
        assert sum(told["final"] for told in stand_ins.outcomes(network=network)) == 1

    async def test_a_notice_that_the_reply_has_acknowledged(self, stand_ins, http):
        """The reply to the webhook gave the only outcome it takes: that is ours, not somebody else's."""
        alert = arrive(stand_ins, "chargebackhit", type="resolved")
        for _ in range(2):
            taken = await reporter(stand_ins, http).report(
                alert.source, alert, outcome(OutcomeCode.ACKNOWLEDGED)
            )
            assert not taken.already_known

    async def test_a_closed_cdrn_case_is_refused_for_good(self, stand_ins, http):
        """After 72 hours the issuer has gone on; sending again cannot help."""
        made = stand_ins.generate("reseller", alert_at=(datetime.now(UTC) - timedelta(hours=80)).isoformat())
        settings = stand_ins.source("reseller")
        (alert,) = ADAPTERS["reseller"].parse(made["body"].encode(), settings, received_at=NOW)
        with pytest.raises(Refused) as refusal:
            await ADAPTERS["reseller"].report(http, settings, alert, outcome())
        assert refusal.value.reason == "alert_expired"


class TestFailures:
    @pytest.mark.parametrize("network", NETWORKS)
    @pytest.mark.parametrize("action", ["500", "503", "reset_before", "reset_after", "torn", "unreachable"])
    async def test_what_may_be_tried_again(self, stand_ins, http, network, action):
        """After any of these nobody knows, or nothing was done."""
        alert = arrive(stand_ins, network)
        stand_ins.fault(network, action, nth=1)
        with pytest.raises(TryLater):
            await reporter(stand_ins, http).report(alert.source, alert, outcome())

    @pytest.mark.parametrize("network", NETWORKS)
    async def test_a_throttled_call_waits_as_long_as_asked(self, stand_ins, http, network):
        """Retry-After is passed on."""
        alert = arrive(stand_ins, network)
        stand_ins.fault(network, "429", nth=1, seconds=7)
        with pytest.raises(TryLater) as later:
            await reporter(stand_ins, http).report(alert.source, alert, outcome())
        assert later.value.after == timedelta(seconds=7)

    @pytest.mark.parametrize("network", NETWORKS)
    async def test_a_lost_answer_is_recovered_by_sending_the_same(self, stand_ins, http, network):
        """The first attempt was taken though its answer was lost; the second learns it."""
        alert = arrive(stand_ins, network)
        stand_ins.fault(network, "reset_after", nth=1)
        with pytest.raises(TryLater):
            await reporter(stand_ins, http).report(alert.source, alert, outcome())
        assert (await reporter(stand_ins, http).report(alert.source, alert, outcome())).already_known

    @pytest.mark.parametrize("network", NETWORKS)
    async def test_refused_credentials_need_an_operator(self, stand_ins, http, network):
        """The message names the secrets, not their values."""
        alert = arrive(stand_ins, network)
        stand_ins.fault(network, "401", nth=1)
        with pytest.raises(NeedsOperator, match="secret") as refusal:
            await reporter(stand_ins, http).report(alert.source, alert, outcome())
        values = [secret.get_secret_value() for secret in stand_ins.source(network).secrets.values()]
        assert not any(value in str(refusal.value) for value in values)

    @pytest.mark.parametrize("network", NETWORKS)
    async def test_an_alert_the_network_does_not_know(self, stand_ins, http, network):
        """Final for this id."""
        alert = arrive(stand_ins, network)
        unknown = alert.model_copy(update={"provider_alert_id": "X" * 25})
        with pytest.raises(Refused) as refusal:
            await reporter(stand_ins, http).report(unknown.source, unknown, outcome())
        assert refusal.value.reason == "not_found"

    async def test_nobody_listens(self, stand_ins, http):
        """A refused connection is tried again."""
        alert = arrive(stand_ins, "chargeblast")
        gone = stand_ins.source("chargeblast").model_copy(update={"base_url": "http://127.0.0.1:9"})
        with pytest.raises(TryLater):
            await ADAPTERS["chargeblast"].report(http, gone, alert, outcome())

    @pytest.mark.parametrize("base_url", ["", "nonsense", "ftp://x.invalid", "http://"])
    async def test_a_base_address_that_is_none(self, stand_ins, http, base_url):
        """Only a person can correct it."""
        alert = arrive(stand_ins, "chargeblast")
        wrong = stand_ins.source("chargeblast").model_copy(update={"base_url": base_url})
        with pytest.raises(NeedsOperator, match="base address"):
            await ADAPTERS["chargeblast"].report(http, wrong, alert, outcome())


class TestReporter:
    async def test_an_alert_that_takes_no_outcome(self, stand_ins, http):
        """Nothing is sent."""
        alert = arrive(stand_ins, "chargeblast", type="TC40")
        assert alert.answer_mode is AnswerMode.NONE
        with pytest.raises(Refused):
            await reporter(stand_ins, http).report(alert.source, alert, outcome())
        assert stand_ins.outcomes() == []

    async def test_a_source_whose_kind_was_changed(self, stand_ins, http):
        """An id of one provider means nothing to another."""
        alert = arrive(stand_ins, "chargeblast")
        with pytest.raises(NeedsOperator, match="chargeblast"):
            await reporter(stand_ins, http).report("reseller-shop", alert, outcome())


class TestEthocaPull:
    async def test_pull_parse_acknowledge(self, stand_ins, http):
        """Alerts are listed until they are acknowledged, and not again."""
        stand_ins.generate("ethoca", form="pull", type="CUSTOMERDISPUTE")
        stand_ins.generate("ethoca", form="pull", type="CONFIRMEDFRAUD", amount="12.345", currency="KWD")
        settings = stand_ins.source("ethoca")
        bodies = await ethoca_api.pull(http, settings)
        alerts = [Ethoca().parse(body, settings, received_at=datetime.now(UTC))[0] for body in bodies]
        assert {alert.reason_class for alert in alerts} == {ReasonClass.FRAUD, ReasonClass.DISPUTE}
        assert {alert.kind for alert in alerts} == {AlertKind.REFUND_REQUEST}
        assert Decimal("12.345") in {alert.amount.major_decimal for alert in alerts}
        await ethoca_api.acknowledge(http, settings, [alerts[0].provider_alert_id])
        left = await ethoca_api.pull(http, settings)
        assert len(left) == 1

    async def test_only_one_type(self, stand_ins, http):
        """The query filters, and is part of what is signed."""
        stand_ins.generate("ethoca", form="pull", type="CUSTOMERDISPUTE")
        settings = stand_ins.source("ethoca")
        assert await ethoca_api.pull(http, settings, alert_type="CONFIRMEDFRAUD", size=5) == ()
        assert len(await ethoca_api.pull(http, settings, alert_type="CUSTOMERDISPUTE", size=5)) == 1

    @pytest.mark.parametrize("key", ["not a key", "-----BEGIN PRIVATE KEY-----", "AAAA"])
    async def test_a_key_that_is_none(self, stand_ins, http, key):
        """The message says which secret, and not what it holds."""
        settings = stand_ins.source("ethoca")
        broken = settings.model_copy(update={"secrets": {**settings.secrets, "signing_key": SecretStr(key)}})
        with pytest.raises(NeedsOperator, match="signing_key") as refusal:
            await ethoca_api.pull(http, broken)
        assert key not in str(refusal.value)


async def test_every_message_of_a_stand_in_is_authentic(stand_ins):
    """Headers and bytes exactly as the provider sends them pass our checks."""
    for network in NETWORKS:
        made = stand_ins.generate(network)
        request = Inbound(headers=made["headers"], body=made["body"].encode(), received_at=datetime.now(UTC))
        ADAPTERS[network].authenticate(request, stand_ins.source(network))


def test_the_client_follows_no_redirects(http):
    """A redirect would carry credentials elsewhere."""
    assert not http.follow_redirects
