"""`POST /codec/encode` and `/codec/decode`: lets Temporal's UI and CLI show what is encrypted, to who may see it.

The protocol is Temporal's (https://github.com/temporalio/samples-go/tree/main/codec-server#codec-server-protocol).
"""

import asyncio
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import HttpUrl
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from chargebacks import scopes
from ingest import auth
from ingest.api_models import Error
from ingest.parts import Parts, parts_of
from runtime.codec import Encryption, decode_json, encode_json
from runtime.settings import Settings
from store import ApiToken

_PATH = "/codec"
_DEFAULT_PORTS = {"http": 80, "https": 443}

_SCHEMA = {
    "type": "object",
    "properties": {
        "payloads": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
                    "data": {"type": "string", "description": "Base64, as is each value of metadata."},
                },
            },
        }
    },
}
_BODY: dict[str, Any] = {"content": {"application/json": {"schema": _SCHEMA}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The payloads in the same order", **_BODY},
    400: {"model": Error, "description": "No payloads, or none that can be decrypted"},
    401: {"model": Error, "description": "No valid token"},
    403: {"model": Error, "description": "The token has not the scope codec"},
    413: {"model": Error, "description": "Too long"},
}

_log = structlog.get_logger(__name__)

router = APIRouter(prefix=_PATH, tags=["codec"])
PartsOf = Annotated[Parts, Depends(parts_of)]
Token = Annotated[ApiToken, Depends(auth.require_scope(scopes.Scope.CODEC))]


@router.post(
    "/decode",
    response_class=Response,
    responses=_ANSWERS,
    openapi_extra={"requestBody": _BODY},
    summary="Decrypt payloads of Temporal",
)
async def decode(request: Request, parts: PartsOf, token: Token) -> Response:
    """What is not encrypted comes back as it is. Each use is logged with the token's name."""
    encryption = Encryption(parts.settings.payload_keys)
    # Off the event loop: a long history takes its time, and webhooks are waiting.
    answer = await asyncio.to_thread(decode_json, encryption, await request.body())
    _log.info("payloads_decoded", token=token.name)
    return _unkept(answer)


@router.post(
    "/encode",
    response_class=Response,
    responses=_ANSWERS,
    openapi_extra={"requestBody": _BODY},
    summary="Encrypt payloads for Temporal",
)
async def encode(request: Request, parts: PartsOf, token: Token) -> Response:
    """For input that is given in Temporal's UI or CLI. Without PAYLOAD_KEYS it comes back as it is."""
    encryption = Encryption(parts.settings.payload_keys)
    return _unkept(await asyncio.to_thread(encode_json, encryption, await request.body()))


def _unkept(answer: bytes) -> Response:
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


def offer_codec(app: FastAPI, settings: Settings) -> None:
    """Add the routes; scripts of `temporal_ui_url`'s origin may call them from a browser, nobody else's."""
    app.include_router(router)
    if settings.temporal_ui_url is not None:
        app.add_middleware(AllowUi, origin=origin_of(settings.temporal_ui_url))


class AllowUi:
    """ASGI middleware: cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol) of one origin, to
    the codec only."""

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self._app = app
        self._allowing = CORSMiddleware(
            app,
            allow_origins=[origin],
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
            allow_credentials=True,  # a proxy between may know people by a cookie; this service does not look at it
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        codec = scope["type"] == "http" and scope["path"].startswith(f"{_PATH}/")
        await (self._allowing if codec else self._app)(scope, receive, send)


def origin_of(url: HttpUrl) -> str:
    """As a browser writes it: no path, no default port."""
    port = f":{url.port}" if url.port != _DEFAULT_PORTS[url.scheme] else ""
    return f"{url.scheme}://{url.host}{port}"
