"""`/codec/encode` and `/codec/decode` as Temporal's UI and CLI call them, over HTTP."""

import base64
import json
from typing import Any

import pytest
from codec_stack import KEYS, UI, Sealed
from pydantic import HttpUrl

from chargebacks.scopes import Scope
from ingest.codec import origin_of

PLAIN = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": "IkFkYSI="}
BODY: dict[str, Any] = {"payloads": [PLAIN, PLAIN]}


@pytest.fixture(scope="module")
async def may(sealed: Sealed) -> dict[str, str]:
    return {"Authorization": await sealed.bearer("ui", Scope.CODEC), "X-Namespace": "default"}


async def test_what_was_encoded_is_decoded(sealed: Sealed, may: dict[str, str]) -> None:
    """In the same order; what is shown is not to be kept by anybody on the way."""
    encoded = await sealed.http.post("/codec/encode", json=BODY, headers=may)
    assert (encoded.status_code, encoded.headers["content-type"]) == (200, "application/json")
    assert "IkFkYSI=" not in encoded.text
    decoded = await sealed.http.post("/codec/decode", content=encoded.content, headers=may)
    assert decoded.json() == BODY
    assert decoded.headers["cache-control"] == "no-store"


async def test_what_is_clear_comes_back(sealed: Sealed, may: dict[str, str]) -> None:
    """Histories from before encryption was switched on are shown, too."""
    assert (await sealed.http.post("/codec/decode", json=BODY, headers=may)).json() == BODY


@pytest.mark.parametrize("path", ["/codec/encode", "/codec/decode"])
async def test_it_takes_a_token_of_this_scope(sealed: Sealed, path: str) -> None:
    """401 without one, 403 with another; whoever may read cases by the API may not read everything."""
    assert (await sealed.http.post(path, json=BODY)).status_code == 401
    wrong = await sealed.http.post(path, json=BODY, headers={"Authorization": "Bearer nonsense"})
    assert wrong.status_code == 401
    others = [scope for scope in Scope if scope is not Scope.CODEC]
    lesser = {"Authorization": await sealed.bearer(path.replace("/", ""), *others)}
    answer = await sealed.http.post(path, json=BODY, headers=lesser)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"rubbish", "bad_payloads"),
        (b'{"payloads": [{"data": "A"}]}', "bad_payloads"),
        (
            json.dumps(
                {"payloads": [{"metadata": {"encoding": base64.b64encode(b"binary/encrypted").decode()}}]}
            ).encode(),
            "payload_key_unknown",
        ),
    ],
)
async def test_what_cannot_be_decoded_is_400(
    sealed: Sealed, may: dict[str, str], body: bytes, reason: str
) -> None:
    """As Temporal's protocol has it, in the form of all our errors."""
    answer = await sealed.http.post("/codec/decode", content=body, headers=may)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (400, reason)
    assert KEYS.split(",")[0].partition(":")[2] not in answer.text


async def test_each_use_is_logged_with_the_tokens_name(sealed: Sealed, may: dict[str, str]) -> None:
    """And nothing of what was read."""
    await sealed.http.post("/codec/decode", json=BODY, headers=may)
    log = (sealed.stack.folder / "ingest.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if "payloads_decoded" in line]
    assert lines[-1]["token"] == "ui"
    assert "IkFkYSI" not in log


class TestOrigins:
    async def test_a_browser_at_the_ui_may_ask(self, sealed: Sealed, may: dict[str, str]) -> None:
        """The preflight names what the UI sends; the answer can be read, an error as well."""
        asked = {
            "Origin": UI,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,x-namespace",
        }
        preflight = await sealed.http.options("/codec/decode", headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == UI
        for headers in (may, {}):
            answer = await sealed.http.post("/codec/decode", json=BODY, headers={**headers, "Origin": UI})
            assert answer.headers["access-control-allow-origin"] == UI

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", f"{UI}0", "null"])
    async def test_nobody_elses_scripts_may(self, sealed: Sealed, may: dict[str, str], origin: str) -> None:
        """A token in a browser is not enough."""
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert (await sealed.http.options("/codec/decode", headers=asked)).status_code == 400
        answer = await sealed.http.post("/codec/decode", json=BODY, headers={**may, "Origin": origin})
        assert "access-control-allow-origin" not in answer.headers

    async def test_the_rest_of_the_service_is_for_no_browser(self, sealed: Sealed) -> None:
        """Not even for the UI's."""
        assert (
            "access-control-allow-origin"
            not in (await sealed.http.get("/cases", headers={"Origin": UI})).headers
        )

    @pytest.mark.parametrize(
        ("url", "origin"),
        [
            ("http://localhost:8233", "http://localhost:8233"),
            ("https://temporal.example/namespaces/default", "https://temporal.example"),
            ("https://temporal.example:443/", "https://temporal.example"),
            ("http://[::1]:8233/", "http://[::1]:8233"),
        ],
    )
    def test_an_origin_is_written_as_browsers_write_it(self, url: str, origin: str) -> None:
        """https://www.rfc-editor.org/rfc/rfc6454#section-6.2"""
        assert origin_of(HttpUrl(url)) == origin
