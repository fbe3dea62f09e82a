"""structlog for every process: JSON or console, silent during replay, with the case's identity on every line."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow

from runtime.settings import Settings


def replay_safe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop lines that a replay would print again; say which workflow or activity speaks."""
    if workflow.in_workflow():
        if workflow.unsafe.is_replaying_history_events():
            raise structlog.DropEvent
        info = workflow.info()
        event.update(workflow_id=info.workflow_id, run_id=info.run_id, task_attempt=info.attempt)
    elif activity.in_activity():
        act = activity.info()
        event.update(workflow_id=act.workflow_id, activity=act.activity_type, attempt=act.attempt)
    return event


def configure_logging(settings: Settings) -> None:
    """Call once per process, before anything logs. Lines go to standard error."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[
            replay_safe,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
