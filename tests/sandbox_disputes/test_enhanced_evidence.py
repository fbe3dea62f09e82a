"""Visa's and Mastercard's special rules: Compelling Evidence 3.0 and compliance cases."""

from typing import Any

import pytest
from dispute_desk import DAY, Desk
from sandbox_clients import Control, refusal

CE3 = "visa_compelling_evidence_3"
IP, EMAIL = {"customer_purchase_ip": "203.0.113.7"}, {"customer_email_address": "ann@example.com"}
FINGERPRINT, DEVICE = {"customer_device_fingerprint": "f" * 20}, {"customer_device_id": "d" * 15}
ADDRESS = {
    "shipping_address": {
        "city": "Ulm", "country": "DE", "line1": "Weg 1", "line2": "2. OG", "postal_code": "89073", "state": "BW",
    }
}  # fmt: skip
ALL_ACTIONS = [
    "missing_customer_identifiers",
    "missing_disputed_transaction_description",
    "missing_merchandise_or_services",
    "missing_prior_undisputed_transaction_description",
    "missing_prior_undisputed_transactions",
]


class Case:
    """An eligible dispute and two payments of long ago with the same card."""

    def __init__(self, desk: Desk, *, days: tuple[int, int] = (150, 300), **prior: Any) -> None:
        self.desk, control = desk, desk.control
        self.now = control.get("clock")["now"]
        disputed = control.charge(created=self.now - DAY)["id"]
        self.priors = [
            control.charge(created=self.now - DAY - ago * DAY, **({} if n else prior))["id"]
            for n, ago in enumerate(days)
        ]
        self.id = desk.dispute(charge=disputed, enhanced_eligibility_types=[CE3])

    def payload(self, **shared: Any) -> dict[str, Any]:
        described = {"product_description": "A lamp", **shared}
        return {
            "disputed_transaction": described | {"merchandise_or_services": "merchandise"},
            "prior_undisputed_transactions": [described | {"charge": id} for id in self.priors],
        }

    def send(self, payload: dict[str, Any], **given: Any) -> Any:
        answered = self.desk.update(self.id, evidence={"enhanced_evidence": {CE3: payload}}, **given)
        return answered.evidence_details.enhanced_eligibility.visa_compelling_evidence_3


def test_everything_is_missing_at_first(desk: Desk) -> None:
    """A fresh eligible dispute names all required actions."""
    case = Case(desk)
    state = desk.read(case.id).evidence_details.enhanced_eligibility.visa_compelling_evidence_3
    assert (state.status, state.required_actions) == ("requires_action", ALL_ACTIONS)


@pytest.mark.parametrize(
    ("shared", "status"),
    [
        (IP | FINGERPRINT, "qualified"),
        (IP | DEVICE, "qualified"),
        (IP | EMAIL, "qualified"),
        (DEVICE | ADDRESS, "qualified"),
        (FINGERPRINT | {"customer_account_id": "ann"}, "qualified"),
        (FINGERPRINT | DEVICE, "requires_action"),
        (EMAIL | ADDRESS, "requires_action"),
        (IP, "requires_action"),
        (IP | {"shipping_address": {"city": "Ulm", "line1": "Weg 1"}}, "requires_action"),
    ],
)
def test_which_identifiers_qualify(desk: Desk, shared: dict[str, Any], status: str) -> None:
    """Two main ones, or a main and a secondary one; fingerprint and device id are one."""
    case = Case(desk)
    assert case.send(case.payload(**shared), submit=False).status == status


def test_identifiers_must_match_on_all_three(desk: Desk) -> None:
    """One prior payment from another address spoils the match."""
    case = Case(desk)
    payload = case.payload(**IP, **EMAIL)
    payload["prior_undisputed_transactions"][1] |= {"customer_purchase_ip": "198.51.100.1"}
    assert case.send(payload, submit=False).required_actions == ["missing_customer_identifiers"]


@pytest.mark.parametrize(
    ("days", "status"),
    [
        ((120, 364), "qualified"),
        ((119, 200), "requires_action"),
        ((200, 365), "requires_action"),
    ],
)
def test_how_old_prior_payments_must_be(desk: Desk, days: tuple[int, int], status: str) -> None:
    """120 to 364 days before the disputed one."""
    case = Case(desk, days=days)
    assert case.send(case.payload(**IP, **EMAIL), submit=False).status == status


def test_prior_payments_must_be_the_same_card(desk: Desk) -> None:
    """Another card proves nothing."""
    case = Case(desk, last4="1881")
    state = case.send(case.payload(**IP, **EMAIL), submit=False)
    assert state.required_actions == ["missing_prior_undisputed_transactions"]


@pytest.mark.parametrize("trouble", ["disputes", "early_fraud_warnings"])
def test_prior_payments_must_be_beyond_doubt(desk: Desk, control: Control, trouble: str) -> None:
    """Neither disputed nor reported as fraud."""
    case = Case(desk)
    control.post(trouble, charge=case.priors[0])
    state = case.send(case.payload(**IP, **EMAIL), submit=False)
    assert state.required_actions == ["missing_prior_undisputed_transactions"]


def test_any_two_payments_pass_as_in_test_mode(desk: Desk, control: Control) -> None:
    """Stripe's test mode looks at the identifiers only."""
    control.post("settings", strict_ce3=False)
    case = Case(desk, days=(1, 2), last4="1881")
    assert case.send(case.payload(**IP, **EMAIL), submit=False).status == "qualified"


def test_what_is_missing_when_submitted_does_not_qualify(desk: Desk) -> None:
    """The evidence still goes the ordinary way."""
    case = Case(desk)
    assert case.send(case.payload(**IP)).status == "not_qualified"
    assert desk.read(case.id).status == "under_review"


def test_payloads_merge_over_several_calls(desk: Desk) -> None:
    """What is missing can be added later."""
    case = Case(desk)
    payload = case.payload(**IP, **EMAIL)
    case.send({"disputed_transaction": payload["disputed_transaction"]}, submit=False)
    state = case.send(
        {"prior_undisputed_transactions": payload["prior_undisputed_transactions"]}, submit=False
    )
    assert state.status == "qualified"


@pytest.mark.parametrize(
    "shared", [{"customer_device_fingerprint": "f" * 19}, {"customer_device_id": "d" * 14}]
)
def test_identifiers_have_a_least_length(desk: Desk, shared: dict[str, str]) -> None:
    """Shorter ones are refused outright."""
    case = Case(desk)
    assert "at least" in str(refusal(lambda: case.send(case.payload(**shared), submit=False)))


def test_prior_payments_are_named_by_charge(desk: Desk) -> None:
    """A payment intent's id is no charge."""
    case = Case(desk)
    case.priors[1] = desk.v1.charges.retrieve(case.priors[1]).payment_intent
    refused = refusal(lambda: case.send(case.payload(**IP, **EMAIL), submit=False))
    assert refused.error.code == "resource_missing"


def test_an_ineligible_dispute_refuses_the_whole_call(desk: Desk) -> None:
    """The ordinary fields of the call are lost with it."""
    case = Case(desk)
    id = desk.dispute()
    given = {"service_date": "1 May", "enhanced_evidence": {CE3: case.payload(**IP)}}
    refused = refusal(lambda: desk.update(id, evidence=given, submit=False))
    assert "is not eligible for Visa Compelling Evidence 3.0" in str(refused)
    assert desk.read(id).evidence.service_date is None


def test_eligibility_may_come_later(desk: Desk, control: Control) -> None:
    """Stripe finds the history after the dispute was opened, and says so by an update."""
    id = desk.dispute()
    control.post(f"disputes/{id}/eligibility", types=[CE3], **{CE3: {"status": "qualified"}})
    dispute = desk.read(id)
    assert dispute.enhanced_eligibility_types == [CE3]
    assert dispute.evidence_details.enhanced_eligibility.visa_compelling_evidence_3.status == "qualified"
    assert desk.event_types(about=id)[-1] == "charge.dispute.updated"
    control.post(f"disputes/{id}/eligibility", types=[])
    assert desk.read(id).enhanced_eligibility_types == []


@pytest.mark.parametrize(
    ("card", "type"),
    [
        ("createComplianceDispute", "visa_compliance"),
        ("createMastercardComplianceDispute", "mastercard_compliance"),
    ],
)
def test_compliance_costs_500_dollars(desk: Desk, control: Control, card: str, type: str) -> None:
    """The fee must be acknowledged, is taken with the submission and returned with a win."""
    [dispute] = desk.v1.disputes.list({"charge": desk.charge(card).id}).data
    refused = refusal(lambda: desk.update(dispute.id, evidence={"service_date": "1 May"}))
    assert refused.error.param == f"evidence[enhanced_evidence][{type}][fee_acknowledged]"
    acknowledged = {"enhanced_evidence": {type: {"fee_acknowledged": True}}}
    staged = desk.update(dispute.id, evidence=acknowledged, submit=False)
    assert staged.evidence_details.enhanced_eligibility[type].status == "fee_acknowledged"
    desk.update(dispute.id, submit=True)
    taken = [amount for type, amount, _ in desk.balance_changes(dispute.id) if type == "stripe_fee"]
    assert taken == [-1500, -50_000]
    control.post(f"disputes/{dispute.id}/decide", status="won")
    changes = desk.balance_changes(dispute.id)
    assert sum(amount - fee for _, amount, fee in changes) == -1500
