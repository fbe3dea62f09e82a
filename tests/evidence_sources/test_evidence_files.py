"""Files that a supply names by URL: fetched from where they lie, within a size and a time, and from nowhere else."""

from datetime import timedelta

import httpx
import pytest
from scripted_server import ScriptedServer, response, scripted_server
from supply_samples import PDF

from chargebacks.errors import Refused, TryLater
from evidence_sources import endpoint
from evidence_sources.endpoint import ConfiguredSources
from runtime.connections import EvidenceSourceSettings


@pytest.fixture
def fetch(server: ScriptedServer, http: httpx.AsyncClient):
    """Fetch from the scripted server, or from another address."""

    async def no_source(name: str) -> EvidenceSourceSettings:
        raise AssertionError("a fetch needs no source")

    async def fetch(*answers, url: str = "", most_bytes: int = 1_000) -> bytes:
        server.answers = list(answers)
        sources = ConfiguredSources(settings_of=no_source, http=http)
        return await sources.fetch(url or f"{server.url}/files/1?token=abc", most_bytes=most_bytes)

    return fetch


async def test_the_bytes_come_as_they_lie_there(fetch, server):
    """Nothing of ours is sent along: no signature, no credentials."""
    assert await fetch(response(200, PDF, content_type="text/html")) == PDF
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/files/1?token=abc")
    assert not {"chargebacks-signature", "authorization", "cookie", "idempotency-key"} & set(asked.headers)


async def test_a_file_of_just_the_limit_is_taken(fetch):
    """The limit itself is allowed, one byte more is not."""
    assert len(await fetch(response(200, b"x" * 1_000))) == 1_000
    with pytest.raises(Refused, match="larger than 1,000 bytes") as refusal:
        await fetch(response(200, b"x" * 1_001))
    assert refusal.value.reason == "file_too_large"


async def test_an_endless_file_is_cut_off(fetch, server):
    """Reading stops at the limit, whatever was announced."""
    with pytest.raises(Refused, match="larger than 100,000 bytes"):
        await fetch(server.endless, most_bytes=100_000)
    assert server.sent < 20_000_000


@pytest.mark.parametrize("slow", ["silent", "dripping"])
async def test_a_slow_file_is_fetched_later(fetch, server, monkeypatch, slow):
    """One time limit for the whole file, however it trickles."""
    monkeypatch.setattr(endpoint, "FETCH_SECONDS", 0.3)
    with pytest.raises(TryLater) as later:
        await fetch(getattr(server, slow))
    assert later.value.reason == "timeout"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_a_busy_server_is_asked_later(fetch, status):
    """After the wait that it asks for."""
    with pytest.raises(TryLater) as later:
        await fetch(response(status, retry_after="7"))
    assert (later.value.reason, later.value.after) == (f"http_{status}", timedelta(seconds=7))


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 410])
async def test_a_file_that_is_not_to_be_had_is_refused(fetch, status):
    """Gone, expired or forbidden: the message says until when it must be there, and keeps the token to itself."""
    with pytest.raises(Refused, match="until the answer is due") as refusal:
        await fetch(response(status, b"<html>" if status != 204 else b""))
    assert refusal.value.reason == f"http_{status}"
    assert "token" not in str(refusal.value)


async def test_an_empty_file_is_refused(fetch):
    """No evidence in it."""
    with pytest.raises(Refused, match="is empty"):
        await fetch(response(200))


async def test_a_redirect_on_the_same_server_is_followed(fetch, server):
    """Relative or absolute, a few times."""
    hops = (response(302, location="/files/2"), response(307, location=f"{server.url}/files/3"))
    assert await fetch(*hops, response(200, PDF)) == PDF
    assert [asked.path for asked in server.asked] == ["/files/1?token=abc", "/files/2", "/files/3"]


async def test_a_redirect_to_another_server_is_refused(fetch):
    """Another port is another server; it is not even asked."""
    async with scripted_server() as other:
        with pytest.raises(Refused, match=r"redirects to 127\.0\.0\.1") as refusal:
            await fetch(response(302, location=f"{other.url}/files/1"))
        assert other.asked == []
    assert refusal.value.reason == "redirected"


@pytest.mark.parametrize(
    "target", ["http://files.shop.example/1", "file:///etc/passwd", "http://169.254.169.254/"]
)
async def test_a_redirect_to_what_may_not_be_called_is_refused(fetch, target):
    """The rules hold for every hop."""
    with pytest.raises(Refused, match="cannot be fetched") as refusal:
        await fetch(response(302, location=target))
    assert refusal.value.reason == "bad_url"


async def test_redirects_end(fetch, server):
    """A circle is left after a few rounds."""
    with pytest.raises(Refused, match="more than 3 times"):
        await fetch(response(302, location="/files/1"))
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "http://files.shop.example/1?token=abc",
            "must begin with https://; http is for this machine itself only",
        ),
        ("http://169.254.169.254/latest/meta-data/?token=abc", "must begin with https://"),
        ("ftp://files.shop.example/1?token=abc", "must begin with https://"),
        ("file:///etc/passwd?token=abc", "must begin with https://"),
        ("/files/1?token=abc", "must begin with https://"),
        ("https://ana:pw@files.shop.example/1?token=abc", "must hold no user name or password"),
        ("https://[::1?token=abc", "is not a URL"),
        ("", "must begin with https://"),
        ("https://files.shop.example/\x00token=abc", "is not a URL"),
        ("https://files.shop.example:notaport/token=abc", "is not a URL"),
    ],
)
async def test_an_address_that_may_not_be_called_is_refused(http, url, sentence):
    """Only https, or http on this machine; the sentence does not repeat what may be a token."""

    async def no_source(name: str) -> EvidenceSourceSettings:
        raise AssertionError("a fetch needs no source")

    with pytest.raises(Refused, match=sentence) as refusal:
        await ConfiguredSources(settings_of=no_source, http=http).fetch(url, most_bytes=1_000)
    assert refusal.value.reason == "bad_url"
    assert "token" not in str(refusal.value)
    assert "pw" not in str(refusal.value)


async def test_a_compressed_file_is_refused(fetch):
    """It was asked for as it is: what unpacks to gigabytes is never unpacked."""
    with pytest.raises(Refused, match="compressed"):
        await fetch(response(200, b"\x1f\x8b", content_encoding="gzip"))
