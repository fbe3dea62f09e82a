"""The filling is measured at its smallest size, and what it counts is what it says."""

from activities.backfilling import ListKind
from benchmarks.alert_cases import POLICY
from benchmarks.backfill import backfill_lines, measure_backfill
from benchmarks.our_side import our_side


async def test_every_charge_and_link_is_counted() -> None:
    """Three pages of charges and one of links; a million would take ten thousand calls and some."""
    async with our_side(policy=POLICY) as stack:
        charges, links = await measure_backfill(stack, charges=250, subscriptions=3)

    assert (charges.list, charges.objects, charges.calls) == (ListKind.CHARGES, 253, 3)
    assert (links.list, links.objects, links.calls) == (ListKind.LINKS, 3, 1)
    reckoned = backfill_lines([charges, links])[-1].measured
    assert reckoned == "11,858 calls, 40 min at the default pace"
