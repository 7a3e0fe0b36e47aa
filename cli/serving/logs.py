"""Logs of services: lines for people, or one JSON object a line for a log store. Times are UTC; secrets never."""

import json
import logging
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from psycopg.conninfo import conninfo_to_dict
from pythonjsonlogger.json import JsonFormatter

from besok.model.controls import visible
from besok.model.settings import Settings

HIDDEN = "***"
LEAST = 4  # characters: to hide shorter ones would only garble the log


def configure(settings: Settings, service: str = "") -> None:
    """Log to standard error, in the format of the settings."""
    handler = logging.StreamHandler(sys.stderr)
    hidden = secrets(settings)
    handler.setFormatter(Json(service, hidden) if settings.log_format == "json" else Plain(hidden))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    if (
        settings.log_level != "DEBUG"
    ):  # it tells of each attempt; whoever needs the database says once what is wrong
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


def secrets(settings: Settings) -> list[str]:
    """Return the values that must not be logged: passwords of broker, database and provider, the longest first."""
    database = str(conninfo_to_dict(settings.database_url.get_secret_value()).get("password") or "")
    provider = settings.oidc_client_secret.get_secret_value()
    values = {settings.mqtt_password.get_secret_value(), provider, database}
    return sorted((text for text in values if len(text) >= LEAST), key=len, reverse=True)


class Plain(logging.Formatter):
    """`2026-11-25 08:15:00Z WARNING collectors.mqtt: text`."""

    converter = staticmethod(time.gmtime)

    def __init__(self, hidden: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)sZ %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._hidden = tuple(hidden)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets and control characters."""
        return visible(_without(super().format(record), self._hidden))


class Json(JsonFormatter):
    """`{"time": ..., "level": ..., "logger": ..., "message": ..., "service": ..., "action": ...}` and other extras."""

    def __init__(self, service: str = "", hidden: Iterable[str] = ()) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            static_fields={"service": service} if service else {},
            json_ensure_ascii=False,
        )
        self._hidden = tuple(
            form for text in hidden for form in {text, json.dumps(text, ensure_ascii=False)[1:-1]}
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Add the fields of the record, its time first."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["time"] = moment.replace("+00:00", "Z")
        super().add_fields(log_data, record, message_dict)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return _without(super().format(record), self._hidden)


def _without(text: str, hidden: Iterable[str]) -> str:
    for secret in hidden:
        text = text.replace(secret, HIDDEN)
    return text
