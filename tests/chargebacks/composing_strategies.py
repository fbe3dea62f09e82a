"""What Hypothesis may draw for a packet: any dossier with any items, those of the shared strategies and longer ones."""

from composing_samples import day
from dispute_builders import DUE_BY, an_item
from dispute_strategies import disputes, dossiers, items
from hypothesis import strategies as st

from chargebacks.composing import Composed, compose
from chargebacks.dossier import Dossier
from chargebacks.evidence_fields import TEXT_FIELDS, ProductType
from chargebacks.evidence_items import (
    Content,
    EvidenceItem,
    FactsContent,
    Message,
    MessagesContent,
    PolicyContent,
    PolicyKind,
    TextContent,
    UsageContent,
    UsageRow,
)
from chargebacks.evidence_plan import plan_for
from chargebacks.packet import Paper

AnyCase = tuple[Dossier, tuple[EvidenceItem, ...], ProductType]

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60).map(
    lambda said: f"{said} word. "
)
LONG = st.builds(lambda said, times: (said * times)[:20_000], WORDS, st.sampled_from((1, 1, 30, 2000)))
CONTENTS: st.SearchStrategy[Content] = st.one_of(
    st.builds(TextContent, field=st.sampled_from(sorted(TEXT_FIELDS)), text=LONG),
    st.builds(
        FactsContent,
        product_description=st.none() | LONG,
        refund_refused_because=st.none() | LONG,
        agreed_at=st.none() | st.integers(-50, 90).map(day),
        service_at=st.none() | st.integers(-50, 90).map(day),
        cancelled_at=st.none() | st.integers(-50, 9).map(day),
        return_received_at=st.none() | st.integers(0, 9).map(day),
        returned=st.none() | st.booleans(),
        instalment=st.sampled_from((None, "2 of 4")),
    ),
    st.builds(
        lambda kind, text, start, shown: PolicyContent(
            kind=kind, text=text, clause=text[start : start + 90], shown_where=shown
        ),
        st.sampled_from(PolicyKind),
        LONG,
        st.sampled_from((0, 3, 15_000)),
        st.sampled_from(("", "checkbox at checkout")),
    ),
    st.builds(PolicyContent, kind=st.sampled_from(PolicyKind), text=LONG, clause=WORDS, shown_where=WORDS),
    st.builds(
        lambda rows: UsageContent(rows=tuple(rows)),
        st.lists(
            st.builds(UsageRow, at=st.integers(0, 9).map(day), what=WORDS, detail=LONG),
            min_size=1,
            max_size=9,
        ),
    ),
    st.builds(
        lambda said: MessagesContent(messages=tuple(said)),
        st.lists(
            st.builds(Message, at=st.integers(0, 9).map(day), sender=WORDS, recipient=WORDS, text=LONG),
            min_size=1,
            max_size=9,
        ),
    ),
)


@st.composite
def cases(draw: st.DrawFn) -> AnyCase:
    """Any dossier with any items, those of the shared strategies and longer ones."""
    longer = [an_item(content) for content in draw(st.lists(CONTENTS, max_size=5))]
    reasons_of_words = st.sampled_from(("duplicate", "subscription_canceled", "credit_not_processed"))
    known = {"dispute": draw(disputes(reason=draw(reasons_of_words)))} if draw(st.booleans()) else {}
    return draw(dossiers(**known)), (*draw(items()), *longer), draw(st.sampled_from(ProductType))


def made_of(case: AnyCase) -> Composed:
    dossier, supplied, product = case
    return compose(dossier, supplied, plan_for(dossier.dispute, product), paper=Paper.LETTER, dated=DUE_BY)
