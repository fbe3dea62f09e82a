"""What holds for every call: keys, permissions, accounts, parameters, idempotency, pages, expansion."""

import concurrent.futures
import time

import httpx
import pytest
import stripe
from sandbox_clients import KEY, Control, Shop, refusal


def post(control: Control, path: str, body: dict[str, str], key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {KEY}"} | ({} if key is None else {"Idempotency-Key": key})
    return control.http.post(path, data=body, headers=headers)


class TestKeys:
    def test_an_unknown_key_is_refused(self, control: Control) -> None:
        """401, whatever is asked."""
        error = refusal(Shop(control.url, "sk_test_unknown").v1.charges.list)
        assert isinstance(error, stripe.AuthenticationError)

    def test_an_expired_key_says_so(self, control: Control) -> None:
        """401 with api_key_expired."""
        control.post("keys", key="sk_test_rolled", expired=True)
        error = refusal(Shop(control.url, "sk_test_rolled").v1.charges.list)
        assert error.error.code == "api_key_expired"

    def test_basic_authentication_is_taken(self, control: Control) -> None:
        """The key as the user name of Basic authentication."""
        assert control.http.get("/v1/balance", auth=(KEY, "")).status_code == 200

    def test_a_restricted_key_is_told_what_it_lacks(self, control: Control) -> None:
        """403 names the permission before it is known whether the object exists."""
        control.post("keys", key="rk_test_reader", scopes=["charge_read"])
        reader = Shop(control.url, "rk_test_reader")
        assert reader.v1.charges.list().data == []
        error = refusal(reader.v1.refunds.create, {"charge": "ch_missing"})
        assert isinstance(error, stripe.PermissionError)
        assert error.error.code == "more_permissions_required"
        assert "\"Charges and Refunds Write\" ('charge_write') permissions" in str(error.user_message)

    @pytest.mark.parametrize("scope", ["rak_charge_write", "refund_write"])
    def test_either_name_of_the_refund_permission_does(
        self, shop: Shop, control: Control, scope: str
    ) -> None:
        """Refunds are covered by the charge or by the refund permission."""
        charge = shop.charge()
        control.post("keys", key="rk_test_refunder", scopes=[scope])
        refunder = Shop(control.url, "rk_test_refunder")
        assert refunder.v1.refunds.create({"charge": charge.id}).status == "succeeded"


class TestParameters:
    def test_an_unknown_parameter_is_refused(self, shop: Shop) -> None:
        """parameter_unknown, naming it."""
        error = refusal(shop.v1.charges.list, {"colour": "red"})
        assert (error.error.code, error.error.param) == ("parameter_unknown", "colour")

    def test_a_missing_parameter_is_named(self, shop: Shop) -> None:
        """parameter_missing, naming it."""
        error = refusal(shop.v1.payment_intents.create, {"amount": 100})
        assert (error.error.code, error.error.param) == ("parameter_missing", "currency")

    @pytest.mark.parametrize("amount", ["0", "-5", "1.5", "ten"])
    def test_amounts_are_positive_integers(self, control: Control, amount: str) -> None:
        """parameter_invalid_integer for everything else."""
        answer = post(control, "/v1/payment_intents", {"amount": amount, "currency": "usd"})
        assert answer.json()["error"]["code"] == "parameter_invalid_integer"

    def test_errors_lead_to_the_request(self, control: Control) -> None:
        """Every answer has a Request-Id, and an error links to its log entry."""
        answer = post(control, "/v1/refunds", {})
        assert answer.headers["Request-Id"] in answer.json()["error"]["request_log_url"]
        assert answer.headers["Stripe-Version"] == "2026-10-28.endive"

    def test_unknown_paths_are_not_found(self, control: Control) -> None:
        """404 for what the API does not have."""
        assert post(control, "/v1/nonsense", {}).status_code == 404


class TestIdempotency:
    def test_the_same_key_replays_the_answer(self, shop: Shop, control: Control) -> None:
        """One refund, two equal answers, the second marked as replayed."""
        body = {"charge": shop.charge().id, "amount": "100"}
        first, second = (post(control, "/v1/refunds", body, key="refund:1") for _ in range(2))
        assert first.json() == second.json()
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        assert second.headers["Original-Request"] == first.headers["Request-Id"]
        assert len(shop.v1.refunds.list().data) == 1

    def test_other_parameters_under_the_same_key_are_refused(self, shop: Shop) -> None:
        """idempotency_error, as the SDK's IdempotencyError."""
        charge = shop.charge().id
        shop.v1.refunds.create({"charge": charge, "amount": 100}, {"idempotency_key": "refund:1"})
        with pytest.raises(stripe.IdempotencyError):
            shop.v1.refunds.create({"charge": charge, "amount": 200}, {"idempotency_key": "refund:1"})

    def test_refusals_of_the_operation_are_replayed_too(self, shop: Shop, control: Control) -> None:
        """What began to execute is stored, be it an error."""
        charge = control.charge()["id"]
        dispute = control.post("disputes", charge=charge)["id"]
        body = {"charge": charge}
        assert post(control, "/v1/refunds", body, key="k").json()["error"]["code"] == "charge_disputed"
        control.post(f"disputes/{dispute}/close", status="won")
        assert post(control, "/v1/refunds", body, key="k").headers["Idempotent-Replayed"] == "true"
        assert post(control, "/v1/refunds", body, key="k2").status_code == 200

    def test_refused_parameters_are_not_stored(self, shop: Shop, control: Control) -> None:
        """A key is free again after a validation error."""
        charge = shop.charge().id
        assert post(control, "/v1/refunds", {"charge": charge, "amount": "x"}, key="k").status_code == 400
        assert post(control, "/v1/refunds", {"charge": charge, "amount": "1"}, key="k").status_code == 200

    def test_a_key_expires_after_a_day(self, shop: Shop, control: Control) -> None:
        """After 24 hours the same key refunds again: whoever retries that late must look first."""
        body = {"charge": shop.charge().id, "amount": "100"}
        post(control, "/v1/refunds", body, key="k")
        control.post("clock", advance=24 * 3600)
        assert "Idempotent-Replayed" not in post(control, "/v1/refunds", body, key="k").headers
        assert len(shop.v1.refunds.list().data) == 2

    def test_a_key_in_flight_conflicts(self, shop: Shop, control: Control) -> None:
        """409 idempotency_key_in_use, which the SDK raises as APIError, and one refund."""
        charge = shop.charge().id
        control.post("faults", method="POST", path="^/v1/refunds$", action="delay", seconds=1, nth=1)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            options: stripe.RequestOptions = {"idempotency_key": "k"}
            slow = pool.submit(shop.v1.refunds.create, {"charge": charge}, options)
            deadline = time.monotonic() + 5
            while control.get("faults")["faults"][0]["fired"] == 0 and time.monotonic() < deadline:
                pass
            error = refusal(shop.v1.refunds.create, {"charge": charge}, options)
        assert isinstance(error, stripe.APIError)
        assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
        assert slow.result().status == "succeeded"


class TestPages:
    def test_pages_run_from_new_to_old_and_back(self, shop: Shop, control: Control) -> None:
        """starting_after walks to older objects, ending_before to newer ones; both keep newest first."""
        made = [control.charge(created=1_790_000_000 + n)["id"] for n in (2, 0, 4, 1, 3)]
        newest_first = [made[2], made[4], made[0], made[3], made[1]]
        first = shop.v1.charges.list({"limit": 2})
        assert ([charge.id for charge in first.data], first.has_more) == (newest_first[:2], True)
        older = shop.v1.charges.list({"limit": 2, "starting_after": newest_first[1]})
        assert [charge.id for charge in older.data] == newest_first[2:4]
        newer = shop.v1.charges.list({"limit": 2, "ending_before": newest_first[3]})
        assert ([charge.id for charge in newer.data], newer.has_more) == (newest_first[1:3], True)
        assert [c.id for c in first.auto_paging_iter()] == newest_first

    def test_created_bounds_are_exact(self, shop: Shop, control: Control) -> None:
        """gte and lte include the second they name, gt and lt do not."""
        for second in range(5):
            control.charge(created=1_790_000_000 + second)
        inside = shop.v1.charges.list({"created": {"gte": 1_790_000_001, "lt": 1_790_000_004}})
        assert [charge.created - 1_790_000_000 for charge in inside.data] == [3, 2, 1]
        after = shop.v1.charges.list({"created": {"gt": 1_790_000_003}})
        assert len(after.data) == 1

    def test_an_unknown_cursor_is_refused(self, shop: Shop) -> None:
        """resource_missing on starting_after."""
        error = refusal(shop.v1.charges.list, {"starting_after": "ch_missing"})
        assert (error.error.code, error.error.param) == ("resource_missing", "starting_after")


class TestExpansion:
    def test_four_levels_through_lists(self, shop: Shop) -> None:
        """Ids become objects along the path, through lists, and nowhere else."""
        customer = shop.v1.customers.create({"email": "ann@example.com"})
        charge = shop.charge(customer=customer.id)
        shop.v1.refunds.create({"charge": charge.id, "amount": 1})
        listed = shop.v1.charges.list({"expand": ["data.payment_intent.latest_charge.refunds"]}).data[0]
        assert listed.payment_intent.latest_charge.refunds.data[0].amount == 1
        assert listed.customer == customer.id
        assert "refunds" not in listed

    def test_what_is_no_reference_cannot_be_expanded(self, shop: Shop) -> None:
        """400 for a plain field."""
        shop.charge()
        error = refusal(shop.v1.charges.list, {"expand": ["data.amount"]})
        assert error.user_message == "This property cannot be expanded (data.amount)."


class TestConnect:
    def test_a_platform_acts_for_its_account(self, shop: Shop, control: Control) -> None:
        """Stripe-Account chooses the connected account; objects of one are not those of the other."""
        control.post("accounts", id="acct_connected", platform="acct_1Sandbox")
        options: stripe.RequestOptions = {"stripe_account": "acct_connected"}
        direct = shop.v1.payment_intents.create(
            {"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}, options
        )
        assert refusal(shop.v1.payment_intents.retrieve, direct.id).error.code == "resource_missing"
        refund = shop.v1.refunds.create({"payment_intent": direct.id}, options)
        assert control.get("ledger", account="acct_connected")["movements"][-1]["refund"] == refund.id

    def test_other_accounts_are_out_of_reach(self, shop: Shop, control: Control) -> None:
        """403 account_invalid for an account of nobody or of another platform."""
        control.post("accounts", id="acct_stranger")
        error = refusal(shop.v1.charges.list, {}, {"stripe_account": "acct_stranger"})
        assert (error.http_status, error.error.code) == (403, "account_invalid")

    def test_a_destination_charge_is_taken_back_in_proportion(self, shop: Shop, control: Control) -> None:
        """reverse_transfer and refund_application_fee return the refund's share of each."""
        control.post("accounts", id="acct_connected", platform="acct_1Sandbox")
        charge = shop.charge(
            amount=1000, transfer_data={"destination": "acct_connected"}, application_fee_amount=100
        )
        refund = shop.v1.refunds.create(
            {
                "charge": charge.id,
                "amount": 500,
                "reverse_transfer": True,
                "refund_application_fee": True,
                "expand": ["charge.transfer", "charge.application_fee"],
            }
        )
        assert refund.transfer_reversal.startswith("trr_")
        assert refund.charge.transfer.amount_reversed == 500
        assert refund.charge.application_fee.amount_refunded == 50

    def test_a_charge_without_transfer_has_nothing_to_reverse(self, shop: Shop) -> None:
        """reverse_transfer on an ordinary charge is refused and refunds nothing."""
        charge = shop.charge()
        error = refusal(shop.v1.refunds.create, {"charge": charge.id, "reverse_transfer": True})
        assert error.error.param == "reverse_transfer"
        assert shop.v1.refunds.list().data == []
