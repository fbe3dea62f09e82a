"""Settings from the environment. Temporal's own (`TEMPORAL_*`) are read by `temporalio.envconfig`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything a process of ours reads from the environment (see README, "Settings")."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    database_url: str = "sqlite:///chargebacks.db"
    secrets_key: SecretStr | None = Field(default=None)
    """Fernet key (or several, comma separated, newest first) that seals secrets at rest."""
    payload_keys: SecretStr | None = Field(default=None)
    """`name:key,name:key`: encrypts what Temporal keeps; the first encrypts, each decrypts (`runtime.codec`)."""
    temporal_ui_url: HttpUrl | None = Field(default=None)
    """Ingest: where people open Temporal's UI; scripts of that origin may ask for decodings (`ingest.codec`)."""
    stripe_api_base: str = "https://api.stripe.com"
    stripe_files_base: str = "https://files.stripe.com"
    stripe_timeout_seconds: float = Field(default=20.0, gt=0, le=25)
    """Per HTTP call. An attempt of a step makes up to three calls and must outlast them (`workflows.steps`)."""
    stripe_activities_per_second: float = Field(default=20.0, gt=0)
    """Ceiling of Stripe activities per second over all workers. An activity calls each endpoint at most once or
    twice, and Stripe allows 25 calls a second per endpoint (https://docs.stripe.com/rate-limits)."""
    stripe_share: float = Field(default=0.8, gt=0, le=1000)
    """Of Stripe's limits per account (https://docs.stripe.com/rate-limits), what all workers together may use: the
    rest is for the merchant's own systems. Above 1 where Stripe has raised an account's limits, or for a stand-in."""
    stripe_workers: int = Field(default=1, ge=1, le=1000)
    """How many worker processes divide that share: each keeps to its part without asking the others."""
    network_timeout_seconds: float = Field(default=20.0, gt=0, le=20)
    """Per HTTP call; an attempt to report makes up to two."""
    ingest_requests_per_second: float = Field(default=300.0, gt=0)
    """Ingest: from one address to one receiver, in bursts of as many as come in ten seconds. 10,000 alerts in a
    minute pass."""
    public_url: str | None = None
    """Ingest: the address under which Stripe and the alert networks reach it, such as https://alerts.example.com."""
    trusted_proxies: str = "127.0.0.1"
    """Ingest: addresses of the proxies whose X-Forwarded-For is believed, comma separated."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "console"
    shutdown_grace_seconds: float = Field(default=40.0, ge=0)
    """How long activities in flight may take to finish after SIGTERM."""
    health_file: Path | None = None
    """Worker: a file that it touches every ten seconds while it is at work, for `python -m runtime.health`."""
    temporal_bin: Path | None = None
    """Path of a `temporal` binary to use instead of the installed one (demo, dev, tests)."""
