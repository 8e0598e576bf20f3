"""Tables of facts about AWS that age: they carry their date, and fail loudly once they are too old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DatedTable:
    """``source`` is where to look when the table has to be renewed."""

    name: str
    as_of: date
    source: str
    max_age_days: int = 365

    def staleness(self, today: date) -> str | None:
        """Why the table can no longer be relied on, or ``None`` while it can."""
        age = (today - self.as_of).days
        if age <= self.max_age_days:
            return None
        return (
            f"the table {self.name!r} is {age} days old ({self.as_of}) and may be relied on for "
            f"{self.max_age_days}: install a newer hipaa-policies, or renew it from {self.source}"
        )
