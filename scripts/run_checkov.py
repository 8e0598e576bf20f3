"""Run checkov's policies and ours (policies/checkov) on the Terraform: failures, every skip with its reason.

checkov itself prints all of its passes or, with ``--quiet``, no skip: one that nobody sees is no decision.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.broken_pipe import ending_quietly

ROOT = Path(__file__).resolve().parent.parent
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"


def report(result: Mapping[str, Any]) -> tuple[str, bool]:
    """The report as text, and whether nothing failed, nothing was unreadable and every skip has a reason."""
    summary, results = result["summary"], result["results"]
    skipped = [
        (check, check["check_result"].get("suppress_comment", "")) for check in results["skipped_checks"]
    ]
    lines = [
        f"FAILED   {describe(check)}\n         {check['check_name']}" for check in results["failed_checks"]
    ]
    # Each environment has the same modules in it, and so the same skips: once is enough to read.
    lines += dict.fromkeys(
        f"skipped  {describe(check)}\n         {reason or 'NO REASON GIVEN'}" for check, reason in skipped
    )
    lines += [f"UNREADABLE  {file}" for file in results["parsing_errors"]]
    counts = ", ".join(
        f"{summary[kind]} {kind}" for kind in ("passed", "failed", "skipped", "parsing_errors")
    )
    lines.append(f"checkov {summary['checkov_version']}: {counts.replace('_', ' ')}")
    unexplained = any(not has_reason(reason) for _, reason in skipped)
    good = not (summary["failed"] or summary["parsing_errors"] or unexplained or not summary["passed"])
    return "\n".join(lines), good


def has_reason(comment: str) -> bool:
    return bool(comment) and comment != "No comment provided"  # what checkov says where there is none


def describe(check: Mapping[str, Any]) -> str:
    return f"{check['check_id']:<14} {check['resource']}  ({check['file_path'].lstrip('/')})"


def main() -> int:
    finished = subprocess.run(
        [str(CHECKOV), "--config-file", ".checkov.yaml"],
        cwd=ROOT,
        env=os.environ | {"LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        text, good = report(json.loads(finished.stdout))
    except (ValueError, KeyError) as error:
        print(f"checkov gave no report ({type(error).__name__}), so nothing was checked:\n{finished.stderr}")
        return 2
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(ending_quietly(main))
