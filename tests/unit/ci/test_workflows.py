"""The workflows, held to rules of our own; and each rule, seen to find what it is for."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.unit.ci import references, rules
from tests.unit.ci.rules import ROOT, Workflow

FILES = rules.workflows()
BY_NAME = {workflow.name: workflow for workflow in FILES}
TARGETS = rules.make_targets()
Rule = Callable[[Workflow], list[str]]
# GitHub's own work, which is nobody's elsewhere: what `make release` prints says how to upload without it.
BESIDES = {
    "release.yml": [
        'gh release create "$TAG" --repo "$REPOSITORY" --verify-tag --prerelease="$PRERELEASE" '
        "--notes-file release/*/NOTES.md release/*/*"
    ]
}
RULES: tuple[Rule, ...] = (
    rules.least_permissions,
    rules.credentials_apart,
    rules.no_credentials_left,
    rules.no_injection,
    rules.no_dangerous_triggers,
    rules.no_secrets,
    rules.forks_have_nothing,
    rules.asleep_without_role,
    rules.conditions_see_their_contexts,
    rules.environment_of_its_role,
    rules.no_plan_leaves,
    rules.begins_with_the_code,
    rules.machines_named,
)


@pytest.mark.parametrize("workflow", FILES, ids=lambda workflow: workflow.name)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_holds(rule: Rule, workflow: Workflow) -> None:
    assert rule(workflow) == []


def test_the_workflows_that_users_were_promised_are_there() -> None:
    names = {workflow.name for workflow in FILES}
    assert {"apply.yml", "ci.yml", "compliance.yml", "plan.yml", "release.yml"} <= names


def test_every_action_is_pinned_and_to_one_version() -> None:
    files = [*rules.WORKFLOWS.glob("*.yml"), *rules.ACTIONS.rglob("action.yml")]
    texts = [file.read_text() for file in files]
    assert [problem for text in texts for problem in rules.pinned(text)] == []
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"uses: ([\w./-]+)@(.*)", "\n".join(texts)):
        versions.setdefault("/".join(name.split("/")[:2]), set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    assert len(versions) >= 8


@pytest.mark.parametrize("workflow", FILES, ids=lambda workflow: workflow.name)
def test_every_script_is_a_make_target(workflow: Workflow) -> None:
    besides = frozenset(BESIDES.get(workflow.name, ()))
    assert rules.only_make(workflow, TARGETS, besides) == []
    assert besides <= {step.get("run", "").strip() for _, step in workflow.steps()}


@pytest.mark.parametrize("workflow", FILES, ids=lambda workflow: workflow.name)
def test_what_is_handed_to_make_is_no_script(workflow: Workflow) -> None:
    assert rules.arguments_stay_arguments(workflow, rules.makefile()) == []


def test_ci_does_all_that_make_test_does() -> None:
    (ci,) = (workflow for workflow in FILES if workflow.name == "ci.yml")
    named: list[str] = ci.jobs["test"]["strategy"]["matrix"]["target"]
    # `static` is the name of several; each of them sets up what it needs.
    done = set().union(*(rules.parts_of(name) if name == "static" else {name} for name in named))
    assert done - {"setup"} == rules.parts_of("test")


def test_every_variable_is_documented() -> None:
    documented = (ROOT / "docs" / "ci.md").read_text()
    named = {name for workflow in FILES for name in re.findall(r"vars\.(\w+)", workflow.text)}
    assert named - set(re.findall(r"\w+", documented)) == set()


@pytest.mark.parametrize("workflow", FILES, ids=lambda workflow: workflow.name)
def test_what_is_named_is_there(workflow: Workflow) -> None:
    assert references.names_lead_somewhere(workflow, BY_NAME) == []
    assert references.calls_fit(workflow, BY_NAME) == []


HEAD = "on: {on}\npermissions: {{}}\njobs:\n  job:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n"


def broken(body: str, on: str = "push") -> Workflow:
    return Workflow("broken.yml", HEAD.format(on=on) + "".join(f"    {line}\n" for line in body.splitlines()))


READS = "permissions: {contents: read}\n"
TAKES = "permissions: {contents: read, id-token: write}\n"
AWS = "- uses: aws-actions/configure-aws-credentials@v1\n  with: {role-to-assume: '${{ inputs.role }}'}\n"
PLANS = "uses: ./.github/workflows/plan_environment.yml\n" + TAKES


def names(workflow: Workflow) -> list[str]:
    return references.names_lead_somewhere(workflow, BY_NAME)


def calls(workflow: Workflow) -> list[str]:
    return references.calls_fit(workflow, BY_NAME)


BREACHES: list[tuple[Rule, Workflow, str]] = [
    (rules.least_permissions, broken("steps: []"), "nobody wrote down"),
    (rules.least_permissions, broken("permissions: write-all"), "nobody wrote down"),
    (rules.least_permissions, Workflow("x", "on: push\njobs: {}"), "gives all jobs permissions"),
    (
        rules.credentials_apart,
        broken("permissions: {id-token: write, contents: write}\nsteps:\n" + AWS),
        "has a role in AWS and may write contents",
    ),
    (
        rules.credentials_apart,
        broken(TAKES + "steps:\n- uses: actions/cache/restore@v5"),
        "takes what a cache holds",
    ),
    (
        rules.credentials_apart,
        broken(READS + "steps:\n- uses: actions/cache@v5", on="pull_request"),
        "keeps packages of pull requests",
    ),
    (rules.no_credentials_left, broken("steps:\n- uses: actions/checkout@v7"), "leaves its token"),
    (
        rules.no_credentials_left,
        broken("steps:\n- uses: actions/checkout@v7\n  with: {persist-credentials: true}"),
        "leaves its token",
    ),
    (
        rules.no_injection,
        broken("steps:\n- run: make plan ENV=${{ github.event.pull_request.title }}"),
        "expression in its script",
    ),
    (rules.no_dangerous_triggers, broken("steps: []", on="pull_request_target"), "pull_request_target"),
    (rules.no_dangerous_triggers, broken("steps: []", on="[push, workflow_run]"), "workflow_run"),
    (rules.no_secrets, broken("env: {KEY: '${{ secrets.AWS_SECRET_ACCESS_KEY }}'}"), "secrets"),
    (rules.no_secrets, broken("secrets: inherit"), "secrets"),
    (rules.forks_have_nothing, broken(TAKES, on="pull_request"), "of anybody"),
    (rules.forks_have_nothing, broken("steps: []", on="pull_request"), "of anybody"),
    (
        rules.forks_have_nothing,
        broken(TAKES + f"if: {rules._NOT_A_FORK}", on="pull_request"),
        "of anybody",
    ),
    (
        rules.forks_have_nothing,
        broken(TAKES + "needs: [a, b]\nif: needs.a.result != 'skipped'", on="pull_request"),
        "of anybody",
    ),
    (rules.asleep_without_role, broken("with: {role: '${{ vars.DEV_PLAN_ROLE_ARN }}'}"), "without a role"),
    (
        rules.asleep_without_role,
        broken(
            "if: vars.DEV_PLAN_ROLE_ARN != ''\n"
            "with: {environment: prod, role: '${{ vars.DEV_PLAN_ROLE_ARN }}'}"
        ),
        "takes vars.DEV_PLAN_ROLE_ARN",
    ),
    (rules.conditions_see_their_contexts, broken("if: env.ROLE != ''"), "asks env"),
    (rules.conditions_see_their_contexts, broken("if: secrets.ROLE != ''"), "asks secrets"),
    (rules.environment_of_its_role, broken(TAKES + "environment: prod\nsteps:\n" + AWS), "plan role in prod"),
    (
        rules.environment_of_its_role,
        broken(TAKES + "environment: ${{ inputs.environment }}-plan\nsteps:\n" + AWS),
        "beside itself",
    ),
    (
        rules.no_plan_leaves,
        broken(
            "steps:\n- uses: actions/upload-artifact@v7\n  with: {path: environments/prod/.plan/plan.json}"
        ),
        "uploads environments/prod/.plan/plan.json",
    ),
    (
        rules.no_plan_leaves,
        broken("steps:\n- uses: actions/upload-artifact@v7\n  with: {path: .}"),
        "uploads .",
    ),
    (
        rules.begins_with_the_code,
        broken("steps:\n- uses: actions/checkout@v7\n- run: make x\n- uses: ./.github/actions/tools"),
        "before the tools",
    ),
    (rules.machines_named, Workflow("x", "on: push\njobs: {a: {runs-on: ubuntu-latest}}"), "ubuntu-latest"),
    (names, broken("with: {role: '${{ inputs.rol }}'}"), "inputs.rol"),
    (names, broken("if: needs.build.result == 'success'"), "does not need it"),
    (names, broken("needs: build"), "build, which is no job"),
    (
        names,
        broken("outputs: {x: '${{ steps.pln.outputs.x }}'}\nsteps: [{id: plan, run: make plan}]"),
        "steps.pln",
    ),
    (
        names,
        broken("outputs: {a: '1'}\nneeds: job\nenv: {X: '${{ needs.job.outputs.b }}'}"),
        "b of job, which does not give it",
    ),
    (calls, broken("uses: ./.github/workflows/nowhere.yml"), "cannot be called"),
    (calls, broken("uses: ./.github/workflows/ci.yml"), "cannot be called"),
    (calls, broken(PLANS + "with: {environment: dev, role: x, rol: y}"), "rol, which is not asked for"),
    (calls, broken(PLANS + "with: {environment: dev}"), "does not give role"),
    (
        calls,
        broken(PLANS.replace("id-token: write", "id-token: none") + "with: {environment: dev, role: x}"),
        "may not write id-token",
    ),
    (lambda w: rules.only_make(w, {"plan"}), broken("steps:\n- run: make pln"), "makes pln"),
    (lambda w: rules.only_make(w, {"plan"}), broken("steps:\n- run: make plan; curl x"), "more than make"),
    (lambda w: rules.only_make(w, {"plan"}), broken("steps:\n- run: make plan ENV=$(id)"), "more than make"),
    (
        lambda w: rules.arguments_stay_arguments(w, "plan: setup\n\t@echo $(ENV)\n"),
        broken('steps:\n- run: make plan ENV="$X"'),
        "plan spells out ENV",
    ),
    (lambda w: rules.pinned(w.text), broken("steps:\n- uses: actions/checkout@v7"), "not pinned"),
    (
        lambda w: rules.pinned(w.text),
        broken("steps:\n- uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"),
        "not pinned",
    ),
]


@pytest.mark.parametrize(("rule", "workflow", "words"), BREACHES)
def test_a_rule_finds_what_it_is_for(rule: Rule, workflow: Workflow, words: str) -> None:
    found = rule(workflow)
    assert found, workflow.text
    assert words in found[0]


def test_every_rule_has_a_breach() -> None:
    assert {rule for rule, _, _ in BREACHES} >= set(RULES)
