"""Reports: a table for the terminal, HTML for people, and what other tools read."""

from __future__ import annotations

from collections.abc import Callable

from hipaa_policies.assessment import Assessment
from hipaa_policies.reports.as_html import render_html
from hipaa_policies.reports.as_json import render_json
from hipaa_policies.reports.as_junit import render_junit
from hipaa_policies.reports.as_oscal import render_oscal
from hipaa_policies.reports.as_sarif import render_sarif
from hipaa_policies.reports.as_table import render_table

FORMATS: dict[str, Callable[[Assessment], str]] = {
    "table": render_table,
    "json": render_json,
    "html": render_html,
    "junit": render_junit,
    "sarif": render_sarif,
    "oscal": render_oscal,
}
