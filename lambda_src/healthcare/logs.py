"""Logs that cannot leak: Powertools' logger with a formatter that lets through listed fields of a plain shape
only.

The rule is kept where the line is written and not where it is called: logger.exception(), extra keys and
messages put together from values all end in the same formatter, and lose whatever is not on the list.
Exceptions appear as their type and the place in the code, never with their text, which may quote input.
"""

import logging
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

# Beside Powertools' own: what happened, to which route, by which role. No subject: a patient's identifies a
# patient.
FIELDS: Final = frozenset(
    {
        "level", "location", "message", "timestamp", "service", "xray_trace_id",
        "aws_error", "code", "cold_start", "document_id", "error_location", "error_type", "event_id",
        "event_kind", "field", "found", "kind", "lambda_request_id", "message_id", "outcome", "purpose",
        "report", "request_id", "roles", "route", "segment", "status", "trigger_event",
    }
)  # fmt: skip
WITHHELD: Final = "withheld"
MESSAGES: Final = frozenset(
    {
        "audit done", "audit known", "audit not done",
        "document gone", "document ignored", "document indexed", "document known", "document not indexed",
        "document quarantined", "document removed", "document stored", "event failed", "event refused",
        "folder ignored",
        "message delivered", "message duplicate", "message failed", "message known", "message quarantined",
        "message stored", "request failed", "request refused", "request served",
        "schema checked", "schema deviates", "schema not checked",
    }
)  # fmt: skip
# What a caller may set with a header: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
_TRACE_ID: Final = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}", re.ASCII)
_TEXT: Final = re.compile(r"[A-Za-z0-9 _.:;,=+<>(){}/-]{0,128}", re.ASCII)


class AllowListFormatter(LambdaPowertoolsFormatter):
    """Writes only FIELDS and MESSAGES, and of values only numbers, booleans and short plain text."""

    def serialize(self, log: Mapping[str, Any]) -> str:
        line = {name: _plain(value) for name, value in log.items() if name in FIELDS}
        trace_id = line.get("xray_trace_id", "")
        if trace_id and not _TRACE_ID.fullmatch(str(trace_id)):
            line["xray_trace_id"] = WITHHELD
        if line.get("message") not in MESSAGES:
            line["message"] = WITHHELD
        return super().serialize(log=line)


def function_logger() -> Logger:
    """The function's logger (service name and level from POWERTOOLS_SERVICE_NAME and LOG_LEVEL)."""
    # The SDKs' own lines may hold parameters and URLs: they do not reach the root handler, whatever
    # OPENAI_LOG and the like say.
    logging.raiseExceptions = (
        False  # a line that cannot be written is dropped, not printed with its arguments
    )
    for library in ("boto3", "botocore", "httpcore2", "httpx2", "openai", "urllib3"):
        logging.getLogger(library).addHandler(logging.NullHandler())
        logging.getLogger(library).propagate = False
    return Logger(logger_formatter=AllowListFormatter(utc=True, use_rfc3339=True))


def describe(error: BaseException) -> dict[str, str]:
    """An exception as log fields: its type, and the module and line that raised it."""
    fields = {"error_type": type(error).__name__, "error_location": _place(error.__traceback__)}
    aws_error = getattr(error, "aws_error", None)
    if isinstance(aws_error, str):
        fields["aws_error"] = aws_error
    return fields


def _place(traceback: TracebackType | None) -> str:
    place = "unknown"
    while traceback is not None:
        place = f"{traceback.tb_frame.f_globals.get('__name__', 'unknown')}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def _plain(value: object) -> bool | int | float | str:
    if isinstance(value, (bool, int, float)):
        return value
    return value if isinstance(value, str) and _TEXT.fullmatch(value) else WITHHELD
