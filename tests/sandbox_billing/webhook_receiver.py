"""A merchant's webhook endpoint that keeps what it gets and answers as it is told."""

import json
import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE_SECONDS = 40


@dataclass(frozen=True)
class Message:
    """One POST, byte for byte."""

    signature: str
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


class Receiver:
    """Answers every POST with the next of `answers`; the last one stays. Answers wait while `open` is not set."""

    def __init__(self) -> None:
        self.answers = [200]
        self.open = threading.Event()
        self.open.set()
        self._received: queue.Queue[Message] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver._received.put(Message(self.headers["Stripe-Signature"], body))
                receiver.open.wait(PATIENCE_SECONDS)
                answers = receiver.answers
                self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next(self) -> Message:
        return self._received.get(timeout=PATIENCE_SECONDS)

    def types(self, count: int) -> list[str]:
        """The types of the next `count` events, in the order in which they came."""
        return [self.next().event["type"] for _ in range(count)]
