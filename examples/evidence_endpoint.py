"""A merchant's evidence endpoint, small enough to read in one go and to start from: see docs/evidence-sources.md.

EVIDENCE_SECRETS=some-secret python examples/evidence_endpoint.py --orders examples/orders --port 8090

It proves who asks, finds the order, and answers with what lies in the order's folder: `supply.json`, and files in
folders named after their evidence field. A file `pending` there says that somebody is still looking for the rest.
`EVIDENCE_SECRETS` may hold several secrets with commas between them while one takes the place of another.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import time
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOLERANCE_SECONDS = 300
ASK_AGAIN_SECONDS = 1800


def is_authentic(header: str, body: bytes, *, secrets: list[str], now: float) -> bool:
    """Whether the question was signed with one of the secrets, over exactly these bytes, within five minutes of now."""
    found = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", header)
    if found is None or abs(now - int(found[1])) > TOLERANCE_SECONDS:
        return False
    signed = found[1].encode() + b"." + body
    expected = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return any(hmac.compare_digest(found[2], one) for one in expected)


def find_order(orders: Path, question: dict[str, Any]) -> Path | None:
    """The folder of the order; a real shop asks its database here."""
    names = [name for name in question["order_ids"] if re.fullmatch(r"[A-Za-z0-9_-]+", name)]
    return next((orders / name for name in names if (orders / name).is_dir()), None)


def supply_of(order: Path) -> dict[str, Any]:
    """What is known of the order, its files in base64."""
    written = order / "supply.json"
    supply: dict[str, Any] = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    supply["files"] = [
        {
            "field": path.parent.name,
            "name": path.name,
            "content_base64": base64.b64encode(path.read_bytes()).decode(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(order.glob("*/*"))
    ]
    return supply


def evidence_endpoint(orders: Path, secrets: list[str]) -> Starlette:
    async def answer(request: Request) -> Response:
        body = await request.body()
        if not is_authentic(
            request.headers.get("chargebacks-signature", ""), body, secrets=secrets, now=time.time()
        ):
            return JSONResponse({"reason": "bad_signature", "message": "Signature or time is wrong."}, 401)
        question = json.loads(body)
        if not question["order_ids"]:
            return JSONResponse({"reason": "no_order", "message": "The charge names no order."}, 422)
        order = find_order(orders, question)
        if order is None:
            return Response(status_code=204)
        if (order / "pending").exists():
            return Response(status_code=202, headers={"Retry-After": str(ASK_AGAIN_SECONDS)})
        return JSONResponse(supply_of(order))

    return Starlette(routes=[Route("/evidence", answer, methods=["POST"])])


def main() -> None:
    parser = argparse.ArgumentParser(description="Answers questions for evidence.")
    parser.add_argument("--orders", type=Path, required=True, help="folder with one folder per order")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    arguments = parser.parse_args()
    secrets = [secret for secret in os.environ.get("EVIDENCE_SECRETS", "").split(",") if secret]
    if not secrets:
        parser.error("set EVIDENCE_SECRETS")
    with socket.create_server(("127.0.0.1", arguments.port)) as listening:
        print(f"evidence endpoint on http://127.0.0.1:{listening.getsockname()[1]}/evidence", flush=True)
        app = evidence_endpoint(arguments.orders, secrets)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
