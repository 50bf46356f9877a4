"""How log lines are written: one fact a line, its `extra` as keys; JSON unless a person reads."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.types import Processor

_QUIET = ("asyncio", "httpx", "nicegui", "uvicorn", "websockets")  # only what went wrong
_MUTE = ("aio_pika", "aiormq")  # the broker's adapter tells what matters of it


def configure(log_format: str, level: str, stream: TextIO = sys.stderr) -> None:
    """Send all logging to a stream; `log_format` is auto, json or console."""
    handler = logging.StreamHandler(stream)
    is_json = log_format == "json" or (log_format == "auto" and not stream.isatty())
    handler.setFormatter(_json() if is_json else _console())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _MUTE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _json() -> logging.Formatter:
    return _formatter(
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    )


def _console() -> logging.Formatter:
    return _formatter(structlog.dev.ConsoleRenderer())


def _formatter(*last: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
