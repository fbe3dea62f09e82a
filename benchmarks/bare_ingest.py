"""What the HTTP service is compared with: the same framework, verifying the same signature and inserting one row.

python -m benchmarks.bare_ingest PORT DATABASE_URL
"""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import uvicorn
from fastapi import FastAPI, Request
from pydantic import SecretStr

from runtime.stripe_signatures import verify

SECRET = "whsec_benchmark_fake"
_TABLE = "CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY {}, body {})"

Insert = Callable[[bytes], Awaitable[object]]


@asynccontextmanager
async def inserting(database_url: str) -> AsyncIterator[Insert]:
    """Each row durable before the answer, as the service's own are."""
    if database_url.startswith("sqlite:///"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(_TABLE.format("AUTOINCREMENT", "BLOB"))
        alone = asyncio.Lock()

        def insert(body: bytes) -> None:
            with connection:
                connection.execute("INSERT INTO bare (body) VALUES (?)", (body,))

        async def one(body: bytes) -> None:
            async with alone:
                await asyncio.to_thread(insert, body)

        yield one
        connection.close()
        return
    async with asyncpg.create_pool(database_url.replace("+asyncpg", ""), max_size=10) as pool:
        await pool.execute(_TABLE.format("GENERATED ALWAYS AS IDENTITY", "BYTEA"))

        async def row(body: bytes) -> None:
            await pool.execute("INSERT INTO bare (body) VALUES ($1)", body)

        yield row


async def main(port: int, database_url: str) -> None:
    async with inserting(database_url) as insert:
        app = FastAPI()

        @app.post("/")
        async def take(request: Request) -> dict[str, bool]:
            body = await request.body()
            signature = request.headers.get("stripe-signature")
            verify(body, signature, (SecretStr(SECRET),), now=datetime.now(UTC))
            await insert(body)
            return {"received": True}

        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        print(f"bare ingest on http://127.0.0.1:{port}", flush=True)
        await serving


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
