"""The HTTP client under the Stripe SDK: httpx, one attempt per call, a timeout of ours.

The SDK's own httpx client passes form bodies by a parameter that httpx has deprecated (a warning per POST), and
offers no place to count calls. `stripe.HTTPClient` is the seam it provides for clients of one's own:
https://github.com/stripe/stripe-python#configuring-an-http-client
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx
import stripe

CallObserver = Callable[[str, str], None]
"""Told (method, path) of every request before it is sent, such as ("GET", "/v1/charges/ch_1")."""


class Transport(stripe.HTTPClient):
    """Sends the SDK's requests; every failure on the way is an `APIConnectionError` that names its kind only."""

    name = "httpx"

    def __init__(self, *, timeout_seconds: float, observe: CallObserver | None) -> None:
        super().__init__()
        self._http = httpx.AsyncClient(timeout=timeout_seconds)
        self._observe = observe

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | bytes | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One request, no retry. Returns body, status and headers whatever the status is."""
        verb = method.upper()
        if self._observe is not None:
            self._observe(verb, urlsplit(url).path)
        try:
            response = await self._http.request(verb, url, headers=dict(headers), content=post_data)
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(type(error).__name__) from error  # type: ignore[no-untyped-call]
        return response.content, response.status_code, response.headers

    async def close_async(self) -> None:
        await self._http.aclose()
