#!/bin/sh
# Creates the namespace with 90 days' retention and the search attributes of workflows/attributes.py, and waits until
# cases can be found by them. Safe to repeat: what is there stays. Which server, by TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.
set -eu

: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}"
tries=${NAMESPACE_TRIES:-60}

until_it_works() {
    what=$1
    shift
    left=$tries
    until said=$("$@" 2>&1); do
        left=$((left - 1))
        if [ "$left" -le 0 ]; then
            echo "$what: $said" >&2
            exit 1
        fi
        sleep 1
    done
}

attributes() {
    kind=$1
    shift
    for name; do
        # Creating one that exists with the same type does nothing and succeeds.
        until_it_works "search attribute $name" temporal operator search-attribute create \
            --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "$kind"
    done
}

until_it_works "no Temporal at $TEMPORAL_ADDRESS" temporal operator cluster health
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    echo "Namespace $TEMPORAL_NAMESPACE is there."
else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 90d
fi

attributes Keyword CaseKind CaseStatus CaseAccount CaseSource CaseCharge CaseDispute CaseReason CaseOutcome CaseCurrency
attributes Datetime RespondBy
attributes Int AmountMinor
attributes Bool NeedsAttention

until_it_works "cases cannot be found by search attributes" temporal workflow count \
    --namespace "$TEMPORAL_NAMESPACE" --query 'NeedsAttention = true'
echo "Namespace $TEMPORAL_NAMESPACE is ready."
