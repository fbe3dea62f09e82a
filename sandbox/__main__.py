"""`python -m sandbox --port N`: the stand-ins in one process."""

import argparse
import sys

from sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="sandbox", description="Stand-ins for Stripe and the alert networks."
    )
    parser.add_argument("--port", type=int, required=True, help="TCP port; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, default=1, help="makes ids differ from those of another run")
    arguments = parser.parse_args()
    try:
        serve(host=arguments.host, port=arguments.port, seed=arguments.seed)
    except OSError as error:
        sys.exit(f"sandbox: cannot listen on {arguments.host}:{arguments.port}: {error.strerror}")


if __name__ == "__main__":
    main()
