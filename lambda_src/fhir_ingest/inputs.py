"""What each read is asked for, checked against openapi.yaml."""

import re
from dataclasses import dataclass
from typing import Final

from healthcare.problems import FieldError, malformed
from healthcare.requests import Request, break_glass_reason, query_of

DEFAULT_COUNT: Final = 20
_TYPE: Final = re.compile(r"[A-Z][A-Za-z]{1,63}", re.ASCII)
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_VERSION: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_COUNT: Final = re.compile(r"[1-9]|[1-4][0-9]|50", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """Read a resource: `version` None is the current one. `reason` is why the glass is broken."""

    type: str
    id: str
    reason: str | None
    version: int | None = None
    with_ssn: bool = False

    @property
    def resource(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class History(Read):
    """One page of a resource's versions, newest first, below number `before`."""

    count: int = DEFAULT_COUNT
    before: int | None = None


def read(request: Request) -> Read:
    return Read(*_resource(request), with_ssn=_with_ssn(query_of(request, {"include"})))


def version(request: Request) -> Read:
    number = _number(request.path.get("version", ""), _VERSION, "path.version")
    return Read(*_resource(request), number, _with_ssn(query_of(request, {"include"})))


def history(request: Request) -> History:
    query = query_of(request, {"_count", "_before"})
    count = _number(query.get("_count", str(DEFAULT_COUNT)), _COUNT, "query._count")
    before = _number(query["_before"], _VERSION, "query._before") if "_before" in query else None
    return History(*_resource(request), count=count, before=before)


def _resource(request: Request) -> tuple[str, str, str | None]:
    kind, logical_id = request.path.get("type", ""), request.path.get("id", "")
    if not _TYPE.fullmatch(kind):
        raise malformed(FieldError("path.type", "pattern"))
    if not _ID.fullmatch(logical_id):
        raise malformed(FieldError("path.id", "pattern"))
    return kind, logical_id, break_glass_reason(request)


def _with_ssn(query: dict[str, str]) -> bool:
    if query.get("include") not in (None, "ssn"):
        raise malformed(FieldError("query.include", "enum"))
    return "include" in query


def _number(text: str, pattern: re.Pattern[str], path: str) -> int:
    if not pattern.fullmatch(text):
        raise malformed(FieldError(path, "pattern"))
    return int(text)
