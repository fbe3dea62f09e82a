"""What a Stripe key must be allowed to do, and what follows from what it may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.permissions import (
    GRANTS,
    Feature,
    Level,
    Permission,
    Probe,
    Standing,
    Verdict,
    to_grant,
    verdict,
)

features = st.lists(st.sampled_from(Feature), max_size=5)
keys = st.fixed_dictionaries({permission: st.sampled_from(Standing) for permission in Permission})
"""How a key stands to every permission."""


def probes_of(key: dict[Permission, Standing]) -> list[Probe]:
    return [Probe(permission=permission, state=state) for permission, state in key.items()]


def key_with(*, lacks: tuple[Permission, ...] = ()) -> list[Probe]:
    """A key that may do everything else."""
    return probes_of({one: Standing.LACKS if one in lacks else Standing.HAS for one in Permission})


@given(keys, features)
def test_one_verdict_for_each_feature(key: dict[Permission, Standing], asked: list[Feature]) -> None:
    """In the order asked for, each once."""
    given = verdict(probes_of(key), asked)

    assert [one.feature for one in given] == list(dict.fromkeys(asked))


@given(keys)
def test_a_verdict_names_all_that_is_lacking_and_nothing_else(key: dict[Permission, Standing]) -> None:
    """What the feature requires, what would help it, and what nobody knows, each where it belongs."""
    for one in verdict(probes_of(key), Feature):
        required = {name for name, grant in GRANTS.items() if one.feature in grant.required_for}
        helpful = {name for name, grant in GRANTS.items() if one.feature in grant.helps}

        assert set(one.missing) == {name for name in required if key[name] is Standing.LACKS}
        assert set(one.without) == {name for name in helpful if key[name] is Standing.LACKS}
        assert set(one.unknown) == {name for name in required | helpful if key[name] is Standing.UNKNOWN}


@given(keys)
def test_a_feature_cannot_work_exactly_when_something_required_is_lacking(
    key: dict[Permission, Standing],
) -> None:
    """Extras never stop a feature; without any of them lacking it just works."""
    for one in verdict(probes_of(key), Feature):
        expected = Verdict.WORKS_WITHOUT if one.without else Verdict.WORKS
        assert one.verdict is (Verdict.CANNOT if one.missing else expected)


@given(keys, st.sampled_from(Permission))
def test_a_permission_more_never_hurts(key: dict[Permission, Standing], granted: Permission) -> None:
    """Granting one takes it off the lists and adds nothing to them."""
    before = verdict(probes_of(key), Feature)
    after = verdict(probes_of(key | {granted: Standing.HAS}), Feature)

    for old, new in zip(before, after, strict=True):
        assert set(new.missing) == set(old.missing) - {granted}
        assert set(new.without) == set(old.without) - {granted}
        assert set(new.unknown) == set(old.unknown) - {granted}


@given(keys, st.permutations(list(Permission)))
def test_the_order_of_probes_does_not_matter(
    key: dict[Permission, Standing], order: list[Permission]
) -> None:
    """Probes come as they were answered."""
    shuffled = [Probe(permission=one, state=key[one]) for one in order]

    assert verdict(shuffled, Feature) == verdict(probes_of(key), Feature)


def test_what_was_not_tried_is_unknown() -> None:
    """Nobody may take silence for a permission without being told."""
    (one,) = verdict([], [Feature.SET_UP])

    assert one.verdict is Verdict.WORKS
    assert one.unknown == (Permission.ACCOUNT_READ, Permission.WEBHOOK_ENDPOINTS_WRITE)


@pytest.mark.parametrize(
    ("lacking", "alerts", "disputes"),
    [
        (Permission.CHARGES_WRITE, Verdict.CANNOT, Verdict.WORKS_WITHOUT),
        (Permission.SUBSCRIPTIONS_WRITE, Verdict.CANNOT, Verdict.WORKS),
        (Permission.PAYMENT_INTENTS_WRITE, Verdict.WORKS_WITHOUT, Verdict.WORKS),
        (Permission.DISPUTES_WRITE, Verdict.WORKS, Verdict.CANNOT),
        (Permission.DISPUTES_READ, Verdict.CANNOT, Verdict.CANNOT),
        (Permission.FILES_WRITE, Verdict.WORKS, Verdict.CANNOT),
        (Permission.REVIEWS_READ, Verdict.WORKS, Verdict.WORKS_WITHOUT),
        (Permission.WEBHOOK_ENDPOINTS_WRITE, Verdict.WORKS, Verdict.WORKS),
    ],
)
def test_what_a_missing_permission_stops(lacking: Permission, alerts: Verdict, disputes: Verdict) -> None:
    """A key for alerts alone need not file, and one for disputes alone need not refund."""
    given = verdict(key_with(lacks=(lacking,)), [Feature.ALERTS, Feature.DISPUTES])

    assert [one.verdict for one in given] == [alerts, disputes]


@given(features)
def test_a_key_with_what_is_to_be_granted_does_all_that_was_asked_for(asked: list[Feature]) -> None:
    """Write includes read, so that of each row of the Dashboard one level is enough."""
    granted = to_grant(asked)
    rows = {(one.grant.label, one.grant.level) for one in granted}
    key = {
        one: Standing.HAS
        if (one.grant.label, one.grant.level) in rows or (one.grant.label, Level.WRITE) in rows
        else Standing.LACKS
        for one in Permission
    }

    assert {one.verdict for one in verdict(probes_of(key), asked)} <= {Verdict.WORKS}
    assert len({one.grant.label for one in granted}) == len(granted)


def test_an_alerts_key_is_not_asked_for_more_than_alerts_need() -> None:
    """Least privilege: such a key reads disputes and files nothing."""
    asked = {one.in_words for one in to_grant([Feature.ALERTS])}

    assert {"Disputes: read", "Charges and Refunds: write", "Subscriptions: write"} <= asked
    assert not any("Files" in one or "Webhook" in one for one in asked)


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_is_for_something(permission: Permission) -> None:
    """Each has a row that a person finds, a purpose, and a feature that either requires it or is helped by it."""
    grant = permission.grant

    assert grant.label
    assert grant.what_for
    assert grant.needed_by
    assert not grant.required_for & grant.helps
