"""The verdict on a dispute with the evidence at hand: pure rules, run so that the history holds what they said."""

from typing import Protocol

from temporalio import activity

from activities.dispute_ports import EvidenceStore
from activities.evidence import digest_of
from activities.ports import AccountStore
from chargebacks.compelling_evidence import ce3_summary, find_priors
from chargebacks.composing import screen
from chargebacks.dispute_deadlines import dispute_window
from chargebacks.dispute_verdict import decide_dispute
from chargebacks.disputes import Dispute
from chargebacks.dossier import Dossier
from chargebacks.economics import credited_minor, weigh
from chargebacks.errors import NeedsOperator
from chargebacks.evidence import available, completeness
from chargebacks.evidence_items import EvidenceItem
from chargebacks.evidence_plan import plan_for
from chargebacks.money import Money
from chargebacks.product_types import product_type_of
from chargebacks.representment import Assessment, DisputeSituation
from chargebacks.values import Instant, Value
from chargebacks.win_rates import OwnResult


class AssessOrder(Value):
    case_id: str
    account: str
    policy_version: str
    dispute: Dispute
    """As last read: what was gathered may be older."""
    now: Instant
    known_since: Instant
    """When the case was opened here: a short time to answer is shared from then on."""


class OwnResults(Protocol):
    async def own_results(self, account: str) -> tuple[OwnResult, ...]:
        """What the merchant's own filed disputes came to, by reason and completeness."""
        ...


class Assessing:
    def __init__(self, *, accounts: AccountStore, evidence: EvidenceStore, results: OwnResults) -> None:
        self._accounts = accounts
        self._evidence = evidence
        self._results = results

    @activity.defn
    async def assess_dispute(self, order: AssessOrder) -> Assessment:
        """Local activity: plan, completeness, CE 3.0, expected value and decision."""
        rules = (await self._accounts.policy(order.policy_version)).disputes
        dossier, items = await evidence_at_hand(self._evidence, order.case_id, order.account)
        own = await self._results.own_results(order.account)
        dispute, charge = order.dispute, dossier.sale.charge
        dossier = dossier.model_copy(update={"dispute": dispute})
        product_type = product_type_of(
            dossier, items, default=rules.product_type, by_metadata=rules.product_type_keys
        )
        plan = plan_for(dispute, product_type)
        usable = screen(dossier, items, plan).items
        complete = completeness(plan, available(dossier, usable))
        ce3 = ce3_summary(dispute, find_priors(dossier, usable))
        credited = credited_minor(dispute, charge)
        weighing = weigh(
            dispute,
            completeness_percent=complete.percent,
            ce3_ready=ce3.open and ce3.ready,
            liability_shift=charge.liability_shift,
            refunded_minor=credited,
            rules=rules,
            own=own,
        )
        situation = DisputeSituation(
            dispute=dispute,
            product_type=product_type,
            answerable=plan.answerable,
            why_not=plan.why_not,
            completeness=complete,
            ce3=ce3,
            weighing=weighing,
            customer=charge.customer,
            metadata=charge.metadata,
            liability_shift=charge.liability_shift,
            refunded_minor=credited,
            charge_left=Money(amount_minor=charge.remaining_minor, currency=charge.amount.currency),
            alert=dossier.alert,
            livemode=charge.livemode,
        )
        return Assessment(
            product_type=product_type,
            argument=plan.argument,
            completeness=complete,
            ce3=ce3,
            weighing=weighing,
            decision=decide_dispute(situation, rules),
            window=dispute_window(dispute, rules, now=order.now, known_since=order.known_since),
            evidence_digest=_digest(dossier, items, dispute),
        )


async def evidence_at_hand(
    store: EvidenceStore, case_id: str, account: str
) -> tuple[Dossier, tuple[EvidenceItem, ...]]:
    """The dossier, and the case's items after the account's standing ones. NeedsOperator before it was gathered."""
    dossier = await store.dossier(case_id)
    if dossier is None:
        raise NeedsOperator(
            f"Nothing was gathered yet for {case_id}: see why Stripe could not be read, then resume the case.",
            reason="no_dossier",
        )
    standing = await store.standing(account, at=dossier.sale.charge.created)
    return dossier, (*standing, *await store.items(case_id))


def _digest(dossier: Dossier, items: tuple[EvidenceItem, ...], dispute: Dispute) -> str:
    """The dispute's own state is left out but for what changes the packet: reading it again changes nothing."""
    sale = dossier.sale.model_copy(
        update={"charge": dossier.sale.charge.model_copy(update={"as_of": dispute.created})}
    )
    facts = dossier.model_copy(update={"sale": sale}).model_dump_json(
        exclude={"dispute", "read_at", "other_disputes", "prefilled", "ce3_filled"}
    )
    return digest_of(facts, items, dispute.reason, dispute.status, str(dispute.ce3_open))
