"""Plays the demo with every call to Stripe, and every event from it, going through an independent judge of Stripe
traffic.

    python -m scripts.judge_demo PATH_OF_THE_JUDGE

The judge is a program with the modes `proxy` and `webhook`, each `--listen HOST:PORT --target URL`, that answers
`POST /__contract/stop` with the end of its work, prints what it found, and exits with 0 when it found no error. Exits
0 only when neither the demo nor the judge found anything wrong.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_REPOSITORY = Path(__file__).resolve().parent.parent
_READY_SECONDS = 30

_KNOWN = (
    # The SDK types this text as `Literal[""] | str`; read as an enumeration of "" alone it refuses every text.
    "bad-enum:reason_for_filing",
    # The SDK labels every uploaded part application/octet-stream; Stripe looks at the content.
    "upload-type",
    # An empty text clears a staged field (https://docs.stripe.com/api/disputes/update).
    "empty-value:evidence",
    "accepted-invalid-request",
)
"""What a judge may object to without being right, and why."""


def main(judge: Path) -> int:
    if not judge.is_file():
        print(f"There is no judge at {judge}.", file=sys.stderr)
        return 2
    stripe, ingest = f"127.0.0.1:{_free_port()}", f"127.0.0.1:{_free_port()}"
    with (
        _judging(judge, "proxy", target=stripe) as calls,
        _judging(judge, "webhook", target=ingest) as events,
    ):
        environment = {
            **os.environ,
            "STRIPE_API_BASE": calls.url,
            "STRIPE_FILES_BASE": calls.url,
            "SANDBOX_PORT": stripe.rpartition(":")[2],
            "WEBHOOKS_THROUGH": events.url,
            "INGEST_PORT": ingest.rpartition(":")[2],
        }
        demo = subprocess.run([sys.executable, "-m", "demo"], cwd=_REPOSITORY, env=environment, check=False)
        verdicts = [calls.verdict(), events.verdict()]
    print("The judge found errors, see above." if any(verdicts) else "The judge found no error.")
    return demo.returncode or max(verdicts)


@dataclass(frozen=True)
class _Judge:
    url: str
    process: "subprocess.Popen[bytes]"

    def verdict(self) -> int:
        httpx.post(f"{self.url}/__contract/stop", timeout=30)
        return self.process.wait(60)


@contextmanager
def _judging(judge: Path, mode: str, *, target: str) -> Iterator[_Judge]:
    listen = f"127.0.0.1:{_free_port()}"
    ignored = [word for rule in _KNOWN for word in ("--ignore", rule)]
    command = [sys.executable, str(judge), mode, "--listen", listen, "--target", f"http://{target}", "-q"]
    process = subprocess.Popen([*command, *ignored], cwd=_REPOSITORY)
    try:
        _wait_for(f"http://{listen}/__contract", process)
        yield _Judge(f"http://{listen}", process)
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The judge did not start.")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
