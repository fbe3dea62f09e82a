"""What a Stripe key must be allowed to do, for which feature and what for; and what follows from what a key may do.

Labels are those of the Dashboard, where a restricted key gets its permissions one by one; write includes read
(https://docs.stripe.com/keys/restricted-api-keys). Reading an object with others expanded in it takes the permissions
of all of them, and so does every feature that does.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from chargebacks.values import Value

GRANT_AT = "https://dashboard.stripe.com/apikeys"
"""Where a key's permissions are granted: edit the key there."""


class Feature(StrEnum):
    """What an account is connected for."""

    ALERTS = "alerts"
    DISPUTES = "disputes"
    SET_UP = "set_up"
    """Connecting the account and making its webhook endpoint: once, and again when either is changed."""


class Level(StrEnum):
    READ = "read"
    WRITE = "write"


class Permission(StrEnum):
    """One row of the Dashboard's list at one level."""

    CHARGES_READ = "charges_read"
    CHARGES_WRITE = "charges_write"
    PAYMENT_INTENTS_READ = "payment_intents_read"
    PAYMENT_INTENTS_WRITE = "payment_intents_write"
    SUBSCRIPTIONS_READ = "subscriptions_read"
    SUBSCRIPTIONS_WRITE = "subscriptions_write"
    DISPUTES_READ = "disputes_read"
    DISPUTES_WRITE = "disputes_write"
    FILES_WRITE = "files_write"
    CUSTOMERS_READ = "customers_read"
    INVOICES_READ = "invoices_read"
    CREDIT_NOTES_READ = "credit_notes_read"
    PAYMENT_METHODS_READ = "payment_methods_read"
    EVENTS_READ = "events_read"
    EARLY_FRAUD_WARNINGS_READ = "early_fraud_warnings_read"
    REVIEWS_READ = "reviews_read"
    BALANCE_TRANSACTIONS_READ = "balance_transactions_read"
    ACCOUNT_READ = "account_read"
    WEBHOOK_ENDPOINTS_WRITE = "webhook_endpoints_write"

    @property
    def grant(self) -> "Grant":
        return GRANTS[self]

    @property
    def in_words(self) -> str:
        """As a person finds it in the Dashboard, such as `Disputes: write`."""
        return f"{self.grant.label}: {self.grant.level}"


class Grant(Value):
    """What a permission is called, and who needs it."""

    label: str
    level: Level
    what_for: str
    """One clause."""
    required_for: frozenset[Feature] = frozenset()
    """Without it the feature cannot do its work."""
    helps: frozenset[Feature] = frozenset()
    """Without it the feature does its work and leaves something out."""

    @property
    def needed_by(self) -> frozenset[Feature]:
        return self.required_for | self.helps


_CHARGES = "Charges and Refunds"
_ALERTS = frozenset({Feature.ALERTS})
_DISPUTES = frozenset({Feature.DISPUTES})
_BOTH = _ALERTS | _DISPUTES
_SET_UP = frozenset({Feature.SET_UP})

GRANTS: Mapping[Permission, Grant] = MappingProxyType(
    {
        Permission.CHARGES_READ: Grant(
            label=_CHARGES,
            level=Level.READ,
            what_for="to find the charge and see what of it was refunded",
            required_for=_BOTH,
        ),
        Permission.CHARGES_WRITE: Grant(
            label=_CHARGES,
            level=Level.WRITE,
            what_for="to refund: what an alert asks for, or an inquiry where the policy says so",
            required_for=_ALERTS,
            helps=_DISPUTES,
        ),
        Permission.PAYMENT_INTENTS_READ: Grant(
            label="PaymentIntents",
            level=Level.READ,
            what_for="to tell a guest's payment from a customer's",
            required_for=_ALERTS,
        ),
        Permission.PAYMENT_INTENTS_WRITE: Grant(
            label="PaymentIntents",
            level=Level.WRITE,
            what_for="to void what was never captured",
            helps=_ALERTS,
        ),
        Permission.SUBSCRIPTIONS_READ: Grant(
            label="Subscriptions",
            level=Level.READ,
            what_for="to show what was subscribed to, and since when",
            helps=_DISPUTES,
        ),
        Permission.SUBSCRIPTIONS_WRITE: Grant(
            label="Subscriptions",
            level=Level.WRITE,
            what_for="to cancel the subscription behind a refunded charge",
            required_for=_ALERTS,
        ),
        Permission.DISPUTES_READ: Grant(
            label="Disputes",
            level=Level.READ,
            what_for="to see whether a charge is disputed already",
            required_for=_BOTH,
        ),
        Permission.DISPUTES_WRITE: Grant(
            label="Disputes",
            level=Level.WRITE,
            what_for="to stage and submit evidence, and to accept",
            required_for=_DISPUTES,
        ),
        Permission.FILES_WRITE: Grant(
            label="Files",
            level=Level.WRITE,
            what_for="to upload the documents of a packet",
            required_for=_DISPUTES,
        ),
        Permission.CUSTOMERS_READ: Grant(
            label="Customers",
            level=Level.READ,
            what_for="to find the customer's subscriptions, and the name and address for a packet",
            required_for=_ALERTS,
            helps=_DISPUTES,
        ),
        Permission.INVOICES_READ: Grant(
            label="Invoices",
            level=Level.READ,
            what_for="to find the subscription that a charge paid for, and the lines of its invoice",
            required_for=_ALERTS,
            helps=_DISPUTES,
        ),
        Permission.CREDIT_NOTES_READ: Grant(
            label="Credit notes",
            level=Level.READ,
            what_for="asked for by Stripe where an invoice is read together with its payments",
            helps=_BOTH,
        ),
        Permission.PAYMENT_METHODS_READ: Grant(
            label="PaymentMethods",
            level=Level.READ,
            what_for="to show how the customer paid",
            helps=_DISPUTES,
        ),
        Permission.EVENTS_READ: Grant(
            label="Events",
            level=Level.READ,
            what_for="to catch up on what the webhook endpoint missed",
            helps=_BOTH,
        ),
        Permission.EARLY_FRAUD_WARNINGS_READ: Grant(
            label="Radar",
            level=Level.READ,
            what_for="to read early fraud warnings",
            helps=_BOTH,
        ),
        Permission.REVIEWS_READ: Grant(
            label="Reviews",
            level=Level.READ,
            what_for="to show what a review of the payment found",
            helps=_DISPUTES,
        ),
        Permission.BALANCE_TRANSACTIONS_READ: Grant(
            label="Balance transaction sources",
            level=Level.READ,
            what_for="to count the fees that Stripe books apart from a dispute",
            helps=_DISPUTES,
        ),
        Permission.ACCOUNT_READ: Grant(
            label="Basic Business Contact Information",
            level=Level.READ,
            what_for="to see which account the key reaches, and the merchant's name for a packet",
            required_for=_SET_UP,
            helps=_DISPUTES,
        ),
        Permission.WEBHOOK_ENDPOINTS_WRITE: Grant(
            label="Webhook Endpoints, Event Destinations",
            level=Level.WRITE,
            what_for="to make the webhook endpoint; may be taken away again after that",
            required_for=_SET_UP,
        ),
    }
)


class Standing(StrEnum):
    """How a key stands to a permission."""

    HAS = "has"
    LACKS = "lacks"
    UNKNOWN = "unknown"


class Probe(Value):
    """What trying a permission out has shown."""

    permission: Permission
    state: Standing
    note: str | None = None
    """What a person should know beside it: why it is unknown, or what Stripe calls what is missing."""


class Verdict(StrEnum):
    WORKS = "works"
    WORKS_WITHOUT = "works_without"
    CANNOT = "cannot"


class FeatureVerdict(Value):
    """Whether a feature works with a key. What is not known to be missing counts as given; `unknown` says it."""

    feature: Feature
    missing: tuple[Permission, ...] = ()
    """Required and lacking."""
    without: tuple[Permission, ...] = ()
    """Helpful and lacking."""
    unknown: tuple[Permission, ...] = ()
    """Required or helpful, and never found out."""

    @property
    def verdict(self) -> Verdict:
        if self.missing:
            return Verdict.CANNOT
        return Verdict.WORKS_WITHOUT if self.without else Verdict.WORKS


def verdict(probes: Iterable[Probe], features: Iterable[Feature]) -> tuple[FeatureVerdict, ...]:
    """One for each of the features, in their order. A permission that no probe speaks of is unknown."""
    known = {probe.permission: probe.state for probe in probes}
    return tuple(_verdict(known, feature) for feature in dict.fromkeys(features))


def _verdict(known: Mapping[Permission, Standing], feature: Feature) -> FeatureVerdict:
    required = [permission for permission in GRANTS if feature in GRANTS[permission].required_for]
    helpful = [permission for permission in GRANTS if feature in GRANTS[permission].helps]

    def that(state: Standing, permissions: Iterable[Permission]) -> tuple[Permission, ...]:
        return tuple(one for one in permissions if known.get(one, Standing.UNKNOWN) is state)

    return FeatureVerdict(
        feature=feature,
        missing=that(Standing.LACKS, required),
        without=that(Standing.LACKS, helpful),
        unknown=that(Standing.UNKNOWN, (*required, *helpful)),
    )


def to_grant(features: Iterable[Feature]) -> tuple[Permission, ...]:
    """What to grant a new key for these features, extras included: of each row of the Dashboard the higher level."""
    wanted = set(features)
    needed = [permission for permission in GRANTS if GRANTS[permission].needed_by & wanted]
    written = {one.grant.label for one in needed if one.grant.level is Level.WRITE}
    return tuple(one for one in needed if one.grant.level is Level.WRITE or one.grant.label not in written)
