"""What the workflows are held to beyond what zizmor looks for. Each rule gives a sentence for each breach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = ROOT / ".github" / "workflows"
ACTIONS = ROOT / ".github" / "actions"
# A hash, and beside it the version that it was on the day it was pinned: for people, and for Dependabot.
_PINNED = re.compile(r"^[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40} # v[0-9]+(?:\.[0-9]+)*$")
# Of jobs.<job_id>.if:
# https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability
_SEEN_BY_JOBS = {"github", "needs", "vars", "inputs"}
_NOT_A_FORK = "github.event.pull_request.head.repo.full_name == github.repository"
_NOT_DEPENDABOT = "github.event.pull_request.user.login != 'dependabot[bot]'"
_MAKE = re.compile(r'make [a-z"$][\w$"-]*(?: [A-Z]+=(?:[\w"$/.-]+|"\$\{GITHUB_REF_NAME#v\}"))*')
# Work of other people's code ends up here with more rights than they have.
_DANGEROUS = {"pull_request_target", "workflow_run", "issue_comment", "issues", "pull_request_review"}


@dataclass(frozen=True)
class Workflow:
    """A file of .github/workflows. ``triggers`` are the keys below `on`."""

    name: str
    text: str

    @property
    def document(self) -> dict[Any, Any]:
        loaded: dict[Any, Any] = yaml.safe_load(self.text)
        return loaded

    @property
    def triggers(self) -> dict[str, Any]:
        given = self.document[True]  # YAML 1.1 takes `on` for a truth
        return (
            given if isinstance(given, dict) else dict.fromkeys([given] if isinstance(given, str) else given)
        )

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        jobs: dict[str, dict[str, Any]] = self.document["jobs"]
        return jobs

    def steps(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, job in self.jobs.items():
            yield from ((f"{self.name}: {name}", step) for step in job.get("steps", []))


def workflows() -> list[Workflow]:
    return [Workflow(file.name, file.read_text(encoding="utf-8")) for file in sorted(WORKFLOWS.glob("*.yml"))]


def pinned(text: str) -> list[str]:
    """Actions of others by hash, with their version beside it; our own by their place."""
    used = re.findall(r"^\s*(?:- )?uses: (.*)$", text, re.MULTILINE)
    return [
        f"{name} is not pinned"
        for name in used
        if not name.startswith("./.github/") and not _PINNED.match(name)
    ]


def least_permissions(workflow: Workflow) -> list[str]:
    """None for all jobs, and for each job by name what it needs."""
    found = (
        [] if workflow.document.get("permissions") == {} else [f"{workflow.name} gives all jobs permissions"]
    )
    for name, job in workflow.jobs.items():
        if not isinstance(job.get("permissions"), Mapping):
            found.append(f"{workflow.name}: {name} has permissions that nobody wrote down")
    return found


def credentials_apart(workflow: Workflow) -> list[str]:
    """Who has a role in AWS may write nothing here, and is given nothing that others could have prepared."""
    found = []
    for name, job in workflow.jobs.items():
        rights = _rights(job)
        writes = sorted(right for right, level in rights.items() if level == "write" and right != "id-token")
        caches = [step for step in job.get("steps", []) if "actions/cache" in step.get("uses", "")]
        if _takes_role(job) and writes:
            found.append(f"{name} has a role in AWS and may write {', '.join(writes)}")
        if caches and "write" in rights.values():
            found.append(f"{name} has rights to write, and takes what a cache holds")
        found += [
            f"{name} keeps packages of pull requests"
            for step in caches
            if "/restore@" not in step["uses"] and step.get("if") != "github.event_name == 'push'"
        ]
    return found


def no_credentials_left(workflow: Workflow) -> list[str]:
    return [
        f"{place} leaves its token in the work tree"
        for place, step in workflow.steps()
        if step.get("uses", "").startswith("actions/checkout@")
        and step.get("with", {}).get("persist-credentials") is not False
    ]


def no_injection(workflow: Workflow) -> list[str]:
    """No expression in a script: what it gives would be read as the script's own words."""
    return [
        f"{place} has an expression in its script"
        for place, step in workflow.steps()
        if "${{" in step.get("run", "")
    ]


def no_dangerous_triggers(workflow: Workflow) -> list[str]:
    return [f"{workflow.name} runs on {name}" for name in sorted(_DANGEROUS & set(workflow.triggers))]


def no_secrets(workflow: Workflow) -> list[str]:
    """There are none: roles are taken by OIDC, and GitHub's own token is github.token."""
    return [f"{workflow.name} reads {name}" for name in re.findall(r"secrets\s*[.\[:]\s*\w*", workflow.text)]


def forks_have_nothing(workflow: Workflow) -> list[str]:
    """On pull requests, whoever has rights looks first whose code it is."""
    if "pull_request" not in workflow.triggers:
        return []
    found = []
    for name, job in workflow.jobs.items():
        if "write" not in _rights(job).values():
            continue
        needed, condition = _needed(job), str(job.get("if", ""))
        # A job that runs after such jobs alone is skipped with them.
        follows = needed and all(f"needs.{other}.result != 'skipped'" in condition for other in needed)
        if not follows and (_NOT_A_FORK not in condition or _NOT_DEPENDABOT not in condition):
            found.append(f"{name} has rights to write, and runs on pull requests of anybody")
    return found


def asleep_without_role(workflow: Workflow) -> list[str]:
    """Whoever hands over a role does nothing until its variable is set."""
    found = []
    for name, job in workflow.jobs.items():
        required = re.findall(r"vars\.\w+_ROLE_ARN", str(job.get("with", {})))
        # Of the nightly's two, the plan role may be missing: compliance_environment.yml leaves out drift.
        if required and not any(f"{variable} != ''" in str(job.get("if", "")) for variable in required):
            found.append(f"{name} runs without a role")
        environment = str(job.get("with", {}).get("environment", "")).upper()
        found += [
            f"{name} takes {variable}"
            for variable in required
            if environment.isalpha() and not variable.startswith(f"vars.{environment}_")
        ]
    return found


def conditions_see_their_contexts(workflow: Workflow) -> list[str]:
    """An `if` of a job that names another context stops the whole workflow, or is empty."""
    return [
        f"{name} asks {context}, which a job's condition does not see"
        for name, job in workflow.jobs.items()
        for context in re.findall(r"(?<![\w.'])([a-z]+)\.[a-zA-Z_]", str(job.get("if", "")))
        if context not in _SEEN_BY_JOBS
    ]


def environment_of_its_role(workflow: Workflow) -> list[str]:
    """The role trusts one GitHub environment: the job that takes it must name that one, and wait its turn."""
    found = []
    endings = {"plan": "-plan", "audit": "-audit", "apply": ""}
    for name, job in workflow.jobs.items():
        for step in job.get("steps", []):
            if not step.get("uses", "").startswith("aws-actions/configure-aws-credentials@"):
                continue
            role = re.sub(r"\W", "", step["with"]["role-to-assume"].removeprefix("${{ inputs.")).removesuffix(
                "_role"
            )
            kind = "plan" if role == "role" else role
            if job.get("environment") != "${{ inputs.environment }}" + endings[kind]:
                found.append(f"{name} takes the {kind} role in {job.get('environment')}")
            queue = job.get("concurrency", {})
            if (
                "${{ inputs.environment }}" not in queue.get("group", "")
                or queue.get("cancel-in-progress") is not False
            ):
                found.append(f"{name} can run beside itself, or be cut off")
    return found


def no_plan_leaves(workflow: Workflow) -> list[str]:
    """Only what is written to be read by others is uploaded."""
    allowed = re.compile(r"reports/(evidence/|\*/plan-summary\.md|\*/plan\.sarif)|dist/release/.*")
    return [
        f"{place} uploads {path}"
        for place, step in workflow.steps()
        if "/upload-artifact@" in step.get("uses", "")
        for path in step["with"]["path"].split()
        if not allowed.fullmatch(path)
    ]


def only_make(workflow: Workflow, targets: set[str], besides: frozenset[str] = frozenset()) -> list[str]:
    """Every script is one `make` target that exists, so that the job can be done elsewhere."""
    found = []
    for place, step in workflow.steps():
        run = step.get("run", "").strip()
        if not run or run in besides:
            continue
        if not _MAKE.fullmatch(run):
            found.append(f"{place} runs more than make: {run}")
        elif (target := run.split()[1]) not in targets and not target.startswith('"$'):
            found.append(f"{place} makes {target}, which the Makefile does not have")
    return found


def begins_with_the_code(workflow: Workflow) -> list[str]:
    """Our own action comes from the work tree: only the check-out may have written there."""
    return [
        f"{workflow.name}: {name} does something before the tools are there"
        for name, job in workflow.jobs.items()
        if (uses := [step.get("uses", "") for step in job.get("steps", [])])
        and "./.github/actions/tools" in uses
        and not (uses[0].startswith("actions/checkout@") and uses[1] == "./.github/actions/tools")
    ]


def machines_named(workflow: Workflow) -> list[str]:
    """A named system and an end: `latest` changes under a release, and six hours are the end otherwise."""
    return [
        f"{workflow.name}: {name} runs on {job.get('runs-on')} for {job.get('timeout-minutes')} minutes"
        for name, job in workflow.jobs.items()
        if "uses" not in job and (job.get("runs-on") != "ubuntu-24.04" or not job.get("timeout-minutes"))
    ]


def arguments_stay_arguments(workflow: Workflow, makefile: str) -> list[str]:
    """What a workflow hands to `make` is not put into a recipe's text, which a shell reads."""
    found = []
    for place, step in workflow.steps():
        words = step.get("run", "").split()
        if words[:1] == ["make"]:
            recipe = _recipe(makefile, words[1])
            names = [word.partition("=")[0] for word in words[2:]]
            found += [f"{place}: {words[1]} spells out {name}" for name in names if f"$({name}" in recipe]
    return found


def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", makefile(), re.MULTILINE))


def parts_of(target: str) -> set[str]:
    """What a target needs, and the targets that its recipe names."""
    needed = re.search(rf"^{target}:([^#\n]*)", makefile(), re.MULTILINE)
    assert needed, target
    return set(needed[1].split()) | (
        set(re.findall(r"[a-z-]+", _recipe(makefile(), target))) & make_targets()
    )


def _recipe(makefile: str, target: str) -> str:
    found = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)*)", makefile, re.MULTILINE)
    return found[1] if found else ""


def _rights(job: Mapping[str, Any]) -> Mapping[str, str]:
    given = job.get("permissions")
    return given if isinstance(given, Mapping) else {"everything": "write"}


def _takes_role(job: Mapping[str, Any]) -> bool:
    uses = [step.get("uses", "") for step in job.get("steps", [])]
    return any(name.startswith("aws-actions/") for name in uses) or "_ROLE_ARN" in str(job.get("with", ""))


def _needed(job: Mapping[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)
