"""What every other answer of an endpoint comes to: refused, later, or a person must mend something."""

import base64
import json
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr
from scripted_server import ScriptedServer, response
from supply_samples import PDF, question

from chargebacks.errors import NeedsOperator, Refused, TryLater
from chargebacks.evidence_items import Supplier, Supply
from evidence_sources.bodies import MOST_BYTES
from evidence_sources.endpoint import ConfiguredSources
from evidence_sources.wire import LONGEST_WAIT
from runtime.connections import EvidenceSourceSettings

SECRET = "secret-of-today"
JSON = "application/json"
CARRIER = {"fields": {"shipping_carrier": "UPS"}}


@pytest.fixture
def ask(server: ScriptedServer, http: httpx.AsyncClient):
    """Ask the scripted server; with other settings where a test says so."""

    async def ask(*answers, about=None, **differences) -> Supply:
        server.answers = list(answers) or server.answers
        configured = EvidenceSourceSettings(
            name="shop-api",
            account="shop",
            kind=Supplier.ENDPOINT,
            url=server.url + "/evidence",
            secret=SecretStr(SECRET),
        ).model_copy(update=differences)

        async def settings_of(name: str) -> EvidenceSourceSettings:
            return configured

        return await ConfiguredSources(settings_of=settings_of, http=http).ask(
            "shop-api", about or question()
        )

    return ask


def as_json(value) -> bytes:
    return response(200, json.dumps(value).encode(), content_type=JSON)


def as_form(parts) -> bytes:
    """multipart/form-data as another library writes it."""
    request = httpx.Request("POST", "https://shop.example", files=parts)
    return response(200, request.read(), content_type=request.headers["content-type"])


class TestQuestion:
    async def test_it_is_the_question_as_json_signed_and_marked(self, ask, server):
        """One POST with the question, its signature, and a key for those who keep answers."""
        await ask(response(204))
        (asked,) = server.asked
        assert (asked.method, asked.path) == ("POST", "/evidence")
        assert json.loads(asked.body) == json.loads(question().model_dump_json())
        assert (asked.headers["content-type"], asked.headers["accept-encoding"]) == (JSON, "identity")
        assert asked.headers["chargebacks-signature"].startswith("t=")
        assert asked.headers["idempotency-key"].startswith("dispute/shop/du_1:")

    async def test_the_same_question_again_has_the_same_key(self, ask, server):
        """A repetition can be told from a new question about the same case."""
        await ask(response(204))
        await ask(response(204))
        await ask(response(204), about=question(wanted=("receipt",)))
        first, again, other = [asked.headers["idempotency-key"] for asked in server.asked]
        assert first == again != other

    async def test_any_account_name_fits_into_the_headers(self, ask, server):
        """Names may hold letters that HTTP headers may not."""
        await ask(response(204), about=question(case_id="dispute/bücher/du_1"))
        assert server.asked[0].headers["idempotency-key"].startswith("dispute/b%C3%BCcher/du_1:")


class TestLater:
    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
    async def test_trouble_on_the_other_side_is_asked_again(self, ask, status):
        """Busy or broken for now."""
        with pytest.raises(TryLater) as later:
            await ask(response(status, b"<html>sorry</html>"))
        assert later.value.reason == f"http_{status}"

    @pytest.mark.parametrize("status", [202, 429, 503])
    @pytest.mark.parametrize(
        ("header", "wait"),
        [
            ("90", timedelta(seconds=90)),
            ("999999999999999", None),
            ("86400", LONGEST_WAIT),
            ("soon", None),
            ("²", None),
            # A fixed moment: two test processes must come to the same names.
            ("Wed, 21 Oct 2026 07:28:00 GMT", timedelta(0)),
        ],
    )
    async def test_it_waits_as_long_as_it_was_asked_to_within_an_hour(self, ask, status, header, wait):
        """A wish that means nothing, or none, leaves the wait to the usual retries."""
        with pytest.raises(TryLater) as later:
            await ask(response(status, retry_after=header))
        assert later.value.after == wait

    async def test_a_torn_answer_is_asked_again(self, ask):
        """Fewer bytes than announced."""
        with pytest.raises(TryLater) as later:
            await ask(response(200, b'{"fields"', content_type=JSON, content_length="400"))
        assert later.value.reason == "unreachable"

    async def test_a_server_that_hangs_up_is_asked_again(self, ask):
        """No answer at all."""
        with pytest.raises(TryLater, match="could not be reached or broke off"):
            await ask(b"")

    async def test_nobody_there_is_asked_again(self, ask):
        """A closed port."""
        with pytest.raises(TryLater) as later:
            await ask(b"", url="http://127.0.0.1:9/evidence")
        assert later.value.reason == "unreachable"

    @pytest.mark.parametrize("slow", ["silent", "dripping"])
    async def test_the_whole_answer_has_one_time_limit(self, ask, server, slow):
        """Silence and a byte now and then alike."""
        with pytest.raises(TryLater, match=r"within 0\.3 seconds") as later:
            await ask(getattr(server, slow), timeout_seconds=0.3)
        assert later.value.reason == "timeout"


class TestOperator:
    @pytest.mark.parametrize("status", [401, 403])
    async def test_a_refused_signature(self, ask, status):
        """Says what to compare, and the endpoint's own words without the secret."""
        body = json.dumps({"message": f"no match for {SECRET}"}).encode()
        with pytest.raises(NeedsOperator, match=r"same secret and the right time\. no match for") as refusal:
            await ask(response(status, body))
        assert SECRET not in str(refusal.value)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    async def test_redirects_are_not_followed(self, ask, server, status):
        """A signed question goes where it was configured to go, and nowhere else."""
        with pytest.raises(NeedsOperator, match="not the endpoint's own") as refusal:
            await ask(response(status, location=f"{server.url}/elsewhere"))
        assert refusal.value.reason == "bad_url"
        assert len(server.asked) == 1

    async def test_settings_without_a_secret(self, ask, server):
        """Nothing is sent unsigned."""
        with pytest.raises(NeedsOperator, match="no secret to sign with"):
            await ask(response(204), secret=None)
        assert server.asked == []

    @pytest.mark.parametrize(
        "url", [None, "http://shop.example/evidence", "https://ana:pw@shop.example", "shop", "http://["]
    )
    async def test_an_address_that_may_not_be_called(self, ask, server, url):
        """The settings must be mended; nothing is sent in the clear."""
        with pytest.raises(NeedsOperator, match="shop-api") as refusal:
            await ask(response(204), url=url)
        assert refusal.value.reason == "bad_url"
        assert "pw" not in str(refusal.value)


class TestRefused:
    @pytest.mark.parametrize(
        ("status", "body", "reason", "words"),
        [
            (404, b"", "http_404", "no reason given"),
            (409, b"<html>", "http_409", "no reason given"),
            (422, b"[1]", "http_422", "no reason given"),
            (400, b'{"reason": 1, "message": null}', "http_400", "no reason given"),
            (410, b'{"reason": "Order Gone!"}', "order_gone_", "Order Gone!"),
            (400, b'{"reason": "bad", "message": "card 4242 4242 4242 4242"}', "bad", "card …"),
        ],
    )
    async def test_another_4xx_is_final(self, ask, status, body, reason, words):
        """In the endpoint's own words where it has some, without what looks like a card number."""
        with pytest.raises(Refused, match=words) as refusal:
            await ask(response(status, body))
        assert refusal.value.reason == reason

    @pytest.mark.parametrize(
        ("answer", "sentence"),
        [
            (response(200, b"{", content_type=JSON), "The answer is not JSON in UTF-8."),
            (response(200, b"", content_type=JSON), "The answer is not JSON in UTF-8."),
            (response(200, b'{"fields": "\xff"}', content_type=JSON), "The answer is not JSON in UTF-8."),
            (response(200, b"[" * 200_000, content_type=JSON), "The answer is not JSON in UTF-8."),
            (
                response(200, b"{}", content_type="text/html"),
                "content type must be application/json or multipart",
            ),
            (response(200, b"{}"), "content type must be application/json or multipart"),
            (as_json([]), "must be an object, not a list"),
            (as_json({"fields": {"shiping_carrier": "UPS"}}), "did you mean shipping_carrier"),
            (as_json({"usage": [{"at": "yesterday", "what": "x"}]}), r"usage\[0\].at: must be a time"),
            (response(200, b"\x1f\x8b", content_type=JSON, content_encoding="gzip"), "answered compressed"),
        ],
    )
    async def test_an_answer_that_breaks_the_contract(self, ask, answer, sentence):
        """The sentence says which field was wrong."""
        with pytest.raises(Refused, match=sentence):
            await ask(answer)

    @pytest.mark.parametrize("status", [201, 206])
    async def test_another_2xx_is_not_in_the_contract(self, ask, status):
        """Whoever answers so is not the endpoint."""
        with pytest.raises(NeedsOperator, match=f"answered {status}"):
            await ask(response(status, b"{}", content_type=JSON))


class TestSize:
    async def test_an_answer_announced_as_too_large_is_not_read(self, ask):
        """The declared length is enough to refuse it."""
        with pytest.raises(Refused, match="larger than 25,000,000 bytes") as refusal:
            await ask(response(200, b"{}", content_type=JSON, content_length=str(MOST_BYTES + 1)))
        assert refusal.value.reason == "answer_too_large"

    async def test_an_endless_answer_is_cut_off(self, ask, server):
        """Reading stops at the limit, whatever was announced."""
        with pytest.raises(Refused, match="give large files by URL"):
            await ask(server.endless)
        assert server.sent < 2 * MOST_BYTES

    async def test_an_answer_close_to_the_limit_is_taken(self, ask):
        """18 MB of files fit into one answer."""
        large = base64.b64encode(b"x" * 18_000_000).decode()
        supply = await ask(
            as_json({"files": [{"field": "receipt", "name": "r.pdf", "content_base64": large}]})
        )
        assert supply.files[0].content_base64 == large


class TestMultipart:
    async def test_files_lie_beside_the_supply(self, ask):
        """Each part is a file for the evidence field of its name; bytes arrive as they were sent."""
        supply = await ask(
            as_form(
                [
                    ("supply", (None, json.dumps(CARRIER))),
                    ("receipt", ("Quittung für Ü.pdf", PDF)),
                    ("shipping_documentation", ("label-1.png", b"\r\n--\r\n\x00")),
                    ("shipping_documentation", ("label-2.png", b"2" * 2_000_000)),
                ]
            )
        )
        assert supply.fields == {"shipping_carrier": "UPS"}
        assert [(file.field, file.name) for file in supply.files] == [
            ("receipt", "Quittung für Ü.pdf"),
            ("shipping_documentation", "label-1.png"),
            ("shipping_documentation", "label-2.png"),
        ]
        contents = [base64.b64decode(file.content_base64 or "") for file in supply.files]
        assert contents == [PDF, b"\r\n--\r\n\x00", b"2" * 2_000_000]

    async def test_the_supply_may_come_as_a_file_and_name_others_by_url(self, ask):
        """As curl sends it with -F supply=@supply.json."""
        listed = {
            "field": "refund_policy",
            "name": "policy.pdf",
            "url": "https://files.shop.example/policy.pdf",
        }
        parts = [("supply", ("supply.json", json.dumps({"files": [listed]}))), ("receipt", ("r.pdf", PDF))]
        supply = await ask(as_form(parts))
        assert [file.field for file in supply.files] == ["refund_policy", "receipt"]

    async def test_files_alone_are_enough(self, ask):
        """Nothing else is known of the sale."""
        supply = await ask(as_form([("receipt", ("r.pdf", PDF))]))
        assert supply.model_copy(update={"files": ()}) == Supply()
        assert len(supply.files) == 1

    @pytest.mark.parametrize(
        ("parts", "sentence"),
        [
            (
                [("reciept", ("r.pdf", PDF))],
                '"reciept" is no evidence field: did you mean receipt',
            ),
            ([("receipt", (None, "text"))], 'The part "receipt" has no file name'),
            ([("supply", (None, "{"))], "The part supply is not JSON"),
            ([("supply", (None, "[]")), ("receipt", ("r.pdf", PDF))], "must be an object, not a list"),
            ([("supply", (None, "{}")), ("supply", (None, "{}"))], "2 parts named supply"),
            ([("receipt", ("r.pdf", b""))], 'The file "r.pdf" in the part "receipt" is empty'),
            ([("supply", (None, '{"files": 1}')), ("receipt", ("r.pdf", PDF))], "files: must be a list"),
            (
                [("receipt", (f"{number}.pdf", PDF)) for number in range(51)],
                "files: has 51 entries; at most 50",
            ),
            ([("receipt", (f"{number}.pdf", PDF)) for number in range(101)], "more than 100 parts"),
        ],
    )
    async def test_a_wrong_part_is_told(self, ask, parts, sentence):
        """The sentence names the part."""
        with pytest.raises(Refused, match=sentence):
            await ask(as_form(parts))

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"--b\r\n", "multipart/form-data; boundary=b"),
            (
                b"--b\r\ncontent-disposition: form-data; name=supply\r\n\r\n{}",
                "multipart/form-data; boundary=b",
            ),
            (b"--other--", "multipart/form-data; boundary=b"),
            (b"{}", "multipart/form-data"),
            (b"--b\r\n\r\n{}\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        ],
    )
    async def test_a_torn_form_is_told(self, ask, body, content_type):
        """Whatever is missing: boundary, end, or a part's name."""
        with pytest.raises(Refused, match="breaks the contract"):
            await ask(response(200, body, content_type=content_type))
