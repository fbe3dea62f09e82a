"""The Stripe API over ASGI: authentication, faults, idempotency, parameters, the operation, expansion.

The order is Stripe's: a bad key is told before a missing permission, that before an unknown parameter, and only
what began to execute is kept under the idempotency key.
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox import multipart
from sandbox.connections import Connections
from sandbox.errors import ApiError, refused_parameter
from sandbox.expand import Expander
from sandbox.faults import Action, Fault
from sandbox.idempotency import StoredAnswer
from sandbox.keys import Key, require, secret_of
from sandbox.parameters import Values, decode_form, nested
from sandbox.request_log import LoggedCall
from sandbox.resource import Call, Operation, Resource, Router
from sandbox.state import API_VERSION, Account, Origin, Sandbox

FORM = "application/x-www-form-urlencoded"
WORK_BEFORE_ERROR = (Action.SERVER_ERROR, Action.UNAVAILABLE)


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes out, unless a fault keeps it back."""

    status: int
    body: bytes
    headers: dict[str, str]


class Api:
    """The ASGI application of everything under `/v1/`."""

    def __init__(self, sandbox: Sandbox, resources: tuple[Resource, ...], connections: Connections) -> None:
        self._sandbox = sandbox
        self._router = Router(operation for resource in resources for operation in resource.operations)
        self._expander = Expander(resources)
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        self._sandbox.clock.run_due()
        logged = self._log(request)
        fault = self._sandbox.faults.hit(
            logged.method, logged.path, secret_of(request.headers.get("authorization"))
        )
        logged.fault = fault.action.value if fault else None
        if fault and fault.action is Action.RESET_BEFORE:
            return self._connections.reset(scope)
        answer = await self._answer(request, body, logged, fault)
        if fault and fault.action is Action.RESET_AFTER:
            return self._connections.reset(scope)
        if fault and fault.action is Action.DELAY_AFTER:
            await asyncio.sleep(fault.seconds)
        if fault and fault.action is Action.TORN:
            return await self._connections.tear(scope, send, answer.status, answer.headers, answer.body)
        logged.status = answer.status
        await Response(answer.body, answer.status, answer.headers, "application/json")(scope, receive, send)

    def _log(self, request: Request) -> LoggedCall:
        call = LoggedCall(
            id=self._sandbox.ids.next("req"),
            at=self._sandbox.clock.now(),
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            parameters={},
            idempotency_key=request.headers.get("idempotency-key"),
        )
        self._sandbox.requests.add(call)
        return call

    async def _answer(self, request: Request, body: bytes, logged: LoggedCall, fault: Fault | None) -> Answer:
        headers = {"Request-Id": logged.id}
        if "stripe-version" in request.headers or logged.path.startswith("/v1/"):
            headers["Stripe-Version"] = request.headers.get("stripe-version", API_VERSION)
        if logged.idempotency_key is not None:
            headers["Idempotency-Key"] = logged.idempotency_key
        try:
            return await self._authenticated(request, body, logged, fault, headers)
        except ApiError as error:
            return self._error(error, logged, headers)

    async def _authenticated(
        self, request: Request, body: bytes, logged: LoggedCall, fault: Fault | None, headers: dict[str, str]
    ) -> Answer:
        error = fault.error() if fault else None
        if error is not None and fault is not None and fault.action not in WORK_BEFORE_ERROR:
            raise error
        key = self._sandbox.keys.authenticate(request.headers.get("authorization"))
        logged.key = key.secret[-4:]
        platform = self._sandbox.accounts[key.account]
        account = self._account(key, platform, request.headers.get("stripe-account"))
        logged.account = headers["Stripe-Account"] = account.id
        matched = self._router.match(request.method, logged.path)
        if matched is None:
            message = f"Unrecognized request URL ({request.method}: {logged.path})."
            raise ApiError(404, message, code="resource_missing", stored=False)
        operation, path = matched
        require(key, operation.permissions, account=account.id)
        attempt = _Attempt(operation=operation, path=path, account=account, platform=platform)
        raw = self._raw(request, body, operation)
        logged.parameters = multipart.shown(raw)
        raw = fault.reaching(raw) if fault else raw
        if request.method != "POST" or logged.idempotency_key is None:
            if fault and fault.action is Action.DELAY:
                await asyncio.sleep(fault.seconds)
            return self._carry_out(attempt, raw, logged, fault, headers)[0]
        return await self._once(
            attempt, raw, self._fingerprint(request, body, logged), logged, fault, headers
        )

    def _account(self, key: Key, platform: Account, asked: str | None) -> Account:
        if asked is None or asked == platform.id:
            return platform
        account = self._sandbox.accounts.get(asked)
        if account is None or account.platform != platform.id:
            raise ApiError(
                403,
                f"The provided key '{key.masked}' does not have access to account '{asked}' (or that account "
                "does not exist). Application access may have been revoked.",
                code="account_invalid",
                stored=False,
            )
        return account

    def _fingerprint(self, request: Request, body: bytes, logged: LoggedCall) -> str:
        """What an idempotency key stands for; of uploads the parts, as every attempt draws a new boundary."""
        if _content_type(request) == multipart.FORM:
            body = json.dumps(logged.parameters, sort_keys=True).encode()
        return hashlib.sha256(f"{logged.method} {logged.path}\n".encode() + body).hexdigest()

    def _raw(self, request: Request, body: bytes, operation: Operation) -> Values:
        if operation.takes_files and _content_type(request) == multipart.FORM:
            return nested(multipart.read(body, request.headers["content-type"]))
        try:
            form = body.decode()
        except UnicodeDecodeError:
            raise ApiError(400, "Invalid request: the body is not UTF-8.", stored=False) from None
        if request.method == "GET":
            return decode_form(request.url.query)
        if body and (content_type := _content_type(request)) != FORM:
            raise ApiError(400, f"Invalid request: unsupported content type {content_type}.", stored=False)
        if request.method == "DELETE":
            return decode_form(request.url.query) | decode_form(form)
        if request.url.query:
            raise refused_parameter("POST takes its parameters in the body.", param="query")
        return decode_form(form)

    async def _once(
        self,
        attempt: "_Attempt",
        raw: Values,
        fingerprint: str,
        logged: LoggedCall,
        fault: Fault | None,
        headers: dict[str, str],
    ) -> Answer:
        """Carry out a POST under its idempotency key, or replay what it answered the first time."""
        store, account, key = self._sandbox.idempotency, attempt.account.id, str(logged.idempotency_key)
        known = store.begin(account, key, fingerprint=fingerprint, now=self._sandbox.clock.now())
        if known is not None:
            logged.replayed = True
            headers |= {"Idempotent-Replayed": "true", "Original-Request": known.request}
            return Answer(status=known.status, body=known.body, headers=headers)
        kept: StoredAnswer | None = None
        try:
            if fault and fault.action is Action.DELAY:
                await asyncio.sleep(fault.seconds)
            answer, stored = self._carry_out(attempt, raw, logged, fault, headers)
            if stored is not None:
                kept = StoredAnswer(
                    fingerprint=fingerprint,
                    at=self._sandbox.clock.now(),
                    request=logged.id,
                    status=stored.status,
                    body=stored.body,
                )
            return answer
        finally:
            store.end(account, key, kept)

    def _carry_out(
        self,
        attempt: "_Attempt",
        raw: Values,
        logged: LoggedCall,
        fault: Fault | None,
        headers: dict[str, str],
    ) -> tuple[Answer, Answer | None]:
        """The answer to send and the answer to keep under the idempotency key."""
        error = fault.error() if fault else None
        if error is not None and fault is not None and not fault.after_work:
            refused = self._error(error, logged, headers)
            return refused, refused if error.stored else None
        try:
            done = self._execute(attempt, raw, logged, headers)
            stored = True
        except ApiError as refusal:
            done = self._error(refusal, logged, headers)
            stored = refusal.stored
        if error is None:
            return done, done if stored else None
        failed = self._error(error, logged, headers)
        return failed, failed if error.stored else done

    def _execute(
        self, attempt: "_Attempt", raw: Values, logged: LoggedCall, headers: dict[str, str]
    ) -> Answer:
        given = attempt.operation.parameters.read(raw)
        call = Call(
            sandbox=self._sandbox,
            account=attempt.account,
            platform=attempt.platform,
            path=attempt.path,
            given=given,
        )
        self._sandbox.origin = Origin(logged.id, logged.idempotency_key)
        try:
            result = attempt.operation.handler(call)
        finally:
            self._sandbox.origin = Origin()
        result = self._expander.expand(attempt.account, result, given.get("expand", []))
        return Answer(status=200, body=json.dumps(result).encode(), headers=headers)

    def _error(self, error: ApiError, logged: LoggedCall, headers: dict[str, str]) -> Answer:
        logged.error_code = error.code
        url = None
        if logged.account is not None:
            url = f"https://dashboard.stripe.com/{logged.account}/test/workbench/logs?object={logged.id}"
        body = json.dumps(error.body(request_log_url=url)).encode()
        return Answer(status=error.status, body=body, headers=headers | error.headers)


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", FORM).partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    operation: Operation
    path: dict[str, str]
    account: Account
    platform: Account
