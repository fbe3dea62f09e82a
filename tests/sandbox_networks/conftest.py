"""The alert network stand-ins as a real process, and clients that speak to it as a merchant would."""

import base64
import hashlib
import hmac
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from oauth1.oauth import OAuth

REPOSITORY = Path(__file__).parents[2]


class Stand:
    """The stand-ins' control plane, and one signing client per network."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.http = httpx.Client(base_url=base_url, timeout=10, trust_env=False)
        self.credentials = self.get("credentials")

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return self.http.get(f"/_networks/{path}", params=query).raise_for_status().json()

    def post(self, path: str, **call: Any) -> dict[str, Any]:
        return self.http.post(f"/_networks/{path}", json=call).raise_for_status().json()

    def register(self, network: str, alert_id: str, **fields: Any) -> str:
        return self.post("alerts", network=network, id=alert_id, **fields)["id"]

    def outcomes(self, **query: str) -> list[dict[str, Any]]:
        return self.get("outcomes", **query)["outcomes"]

    def chargebackhit(
        self, method: str, path: str, body: Any = None, *, secret: str | None = None, patience: float = 10
    ) -> httpx.Response:
        keys = self.credentials["chargebackhit"]
        raw = b"" if body is None else json.dumps(body).encode()
        public = keys["public_key"].encode()
        mac = hmac.new((secret or keys["secret_key"]).encode(), public + raw + public, hashlib.sha512)
        signature = base64.b64encode(mac.hexdigest().encode()).decode()
        headers = {
            "public_key": keys["public_key"],
            "Signature": signature,
            "Content-Type": "application/json",
        }
        address = f"/chargebackhit/api/v2/alerts/{path}"
        return self.http.request(method, address, content=raw, headers=headers, timeout=patience)

    def ethoca(
        self, method: str, path: str, body: Any = None, *, authorization: str | None = None
    ) -> httpx.Response:
        raw = "" if body is None else json.dumps(body)
        url = f"{self.base_url}/ethoca/alerts/{path}"
        headers = {"Authorization": authorization or self.ethoca_authorization(method, url, raw)}
        return self.http.request(method, url, content=raw, headers=headers)

    def ethoca_authorization(self, method: str, url: str, raw: str) -> str:
        keys = self.credentials["ethoca"]
        key = load_pem_private_key(keys["private_key_pem"].encode(), None)
        return OAuth.get_authorization_header(url, method, raw, keys["consumer_key"], key)

    def reseller(self, path: str, body: Any = None, *, token: str | None = None) -> httpx.Response:
        bearer = token or self.credentials["reseller"]["api_token"]
        headers = {"Authorization": f"Bearer {bearer}"}
        return self.http.post(f"/reseller/alerts/{path}", json=body, headers=headers)

    def chargeblast(self, alert_id: str, body: Any, *, key: str | None = None) -> httpx.Response:
        headers = {"X-API-Key": key or self.credentials["chargeblast"]["api_key"]}
        return self.http.post(f"/chargeblast/api/v2/alerts/update/{alert_id}", json=body, headers=headers)


@pytest.fixture(scope="session")
def stand_process() -> Iterator[Stand]:
    command = [sys.executable, "-m", "sandbox.networks", "--port", "0"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("alert networks listening on http://127.0.0.1:")
        stand = Stand(ready.split()[-1])
        yield stand
        stand.http.close()
        process.terminate()


@pytest.fixture
def stand(stand_process: Stand) -> Stand:
    """The stand-ins in the state they start in."""
    stand_process.post("reset")
    stand_process.credentials = stand_process.get("credentials")
    return stand_process


class Merchant:
    """An endpoint that keeps what it gets and answers what it is told to, in order; the last answer stays."""

    def __init__(self) -> None:
        self.received: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.answers: list[tuple[int, bytes]] = [(200, b'{"status": "success"}')]
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = merchant.answers.pop(0) if len(merchant.answers) > 1 else merchant.answers[0]
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                merchant.received.put(({name.lower(): value for name, value in self.headers.items()}, body))

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/alerts"

    def next(self) -> tuple[dict[str, str], bytes]:
        return self.received.get(timeout=10)


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    merchant = Merchant()
    thread = threading.Thread(target=merchant.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield merchant
    merchant.server.shutdown()
    thread.join()
    merchant.server.server_close()
