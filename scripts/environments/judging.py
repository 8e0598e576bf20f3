"""The catalogue, on a saved plan: what `hipaa plan` says of it."""

from __future__ import annotations

from hipaa_policies import cli

from scripts.environments.environment import Environment
from scripts.environments.problems import FailedControlsError, RefusedError

PASSED, FAILED = 0, 1


def judge(environment: Environment, *, table: bool) -> None:
    """Judge the saved plan; its reports go to reports/<environment>/, plan.sarif and plan.findings.json.

    Raises ``FailedControlsError`` on a FAIL, ``RefusedError`` where it cannot be judged.
    """
    reports = [environment.reports / name for name in ("plan.sarif", "plan.findings.json")]
    words = ["plan", str(environment.document), "--root", str(environment.folder), *decisions(environment)]
    for report in reports:
        words += ["--output", str(report)]
    status = cli.main([*words, "--output", "-"] if table else words)
    if status == FAILED:
        raise FailedControlsError(
            f"The plan FAILs controls ({environment.file(reports[1])}), so it can't be applied. "
            "`.venv/bin/hipaa explain CONTROL` says how to mend each; what has to be accepted for a time "
            f"goes into {environment.file(environment.folder)}/waivers.yaml, with reason, owner and expiry."
        )
    if status != PASSED:
        raise RefusedError("The plan could not be judged (see above), so it can't be applied.")


def decisions(environment: Environment) -> list[str]:
    """What people decided for this environment, as options of `hipaa`."""
    words = []
    for name in ("waivers", "attestations"):
        file = environment.decisions(f"{name}.yaml")
        if file.exists():
            words += [f"--{name}", str(file)]
    return words
