# One image for worker, ingest, migrate and the command line. No secret is needed to build it.
FROM python:3.11.16-slim-trixie AS packages
WORKDIR /app
COPY requirements.lock .
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.11.16-slim-trixie
# Letters of evidence packets beyond those that come with the packages: docs/packets.md, "Scripts".
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 chargebacks
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HEALTH_FILE=/tmp/alive
USER 10001
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-m", "runtime.health", "/tmp/alive"]
CMD ["python", "worker.py"]
