"""The bootstrap's plan and audit roles: `terraform plan`, `hipaa drift`, `hipaa audit` in sessions of theirs.

The bootstrap is applied to the account of the deployment, whose state then moves into its bucket, so that the
plan role reads what it reads in an account: the state, its lock, and every resource of environments/local.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.environments.environment import BACKEND
from scripts.local_deployment import ROOT, TERRAFORM, DeploymentError, LocalDeployment
from tests.prove_iam.functions import aliases_of, replayed
from tests.prove_iam.grants import Document, Grant, grants_of
from tests.prove_iam.groups import Failed, prove_together
from tests.prove_iam.needs import Need, needs
from tests.prove_iam.proving import BrokenProbeError, Say, refusal_of
from tests.prove_iam.results import Result, Results
from tests.prove_iam.roles import Roles
from tests.prove_iam.world import World

ENVIRONMENT = "local"
# A root without a resource, on the state of environments/local: Terraform reads all that is in the state, and
# nothing waits for anything else. In environments/local what depends on something refused is not read at all.
READS = "reads"
INIT = ("-input=false", "-no-color", "-reconfigure", f"-backend-config={BACKEND}")
QUIET = ("-input=false", "-no-color", "-parallelism=40")
# As AWS says it, and the providers hand it on; and as `hipaa` says which grant it lacks.
REFUSED = re.compile(r"(?:not authorized to perform:|; grant)\s+([a-z0-9-]+:[A-Za-z0-9*]+)")
Finished = subprocess.CompletedProcess[str]
WHAT = {"audit": "hipaa audit", "plan": "terraform plan, hipaa drift"}


@dataclass
class Bootstrap:
    """environments/bootstrap beside environments/local in one local account."""

    deployment: LocalDeployment
    results: Results
    say: Say

    # --- the two roles -------------------------------------------------------------------------

    def prove(self, wanted: str | None, fresh: bool, replay: bool) -> None:
        """``wanted``: plan or audit; None: both. ``replay``: take nothing away.

        Raises ``BrokenProbeError`` and ``NotPutBackError``.
        """
        chosen = [wanted] if wanted else sorted(WHAT)
        self.prepare()
        roles = self.roles
        if roles.put_back():
            self.say("an earlier run was cut short: the policies that it had changed are back")
        world = World.of(self.deployment)
        try:
            for purpose in chosen:
                self.prove_role(world, roles, purpose, fresh, replay)
        finally:
            world.leave()

    @property
    def roles(self) -> Roles:
        return Roles(self.deployment.client("iam"), self.deployment.directory)

    def prove_role(self, world: World, roles: Roles, purpose: str, fresh: bool, replay: bool) -> None:
        arn = self.outputs["role_arns"][purpose]
        role = arn.rpartition("/")[2]
        with self.admitted(role):
            of_session = {"audit": self.audit, "plan": self.plan}[purpose]

            def attempt(_world: World) -> Failed | None:
                return of_session(self.session(arn))  # a session ends after an hour

            def on_state(_world: World) -> Failed | None:
                return self.lock(self.session(arn), READS, "plan", "-refresh=false", *QUIET)

            world.listen(WHAT[purpose])
            if failed := attempt(world):
                raise BrokenProbeError(f"{WHAT[purpose]} as {role}, with every grant: {failed}")
            world.hear()
            policies = roles.policies(role)
            grants = grants_of(role, policies, aliases_of(self.deployment))
            mine = [entry for entry in world.judgements if entry["principal"].rpartition("/")[2] == role]
            needed = needs(grants, policies, mine)
            asked = [grant for grant in grants if needed[grant].probes or needed[grant].shared]
            self.say(f"{role}: {len(asked)} of {len(grants)} grants were asked for")
            known = {} if fresh else self.results.read(role)
            kept = {grant: known[grant.name] for grant in asked if proven_before(known, grant)}
            left = [grant for grant in asked if grant not in kept]
            by_recording = {grant: replayed(needed[grant]) for grant in grants}
            self.keep(role, by_recording | kept)
            managed = roles.attached(role)
            for group in [] if replay else at_once(left, managed):
                prove_together(
                    world,
                    roles,
                    group,
                    policies,
                    attempt if group[0].policy in managed else on_state,
                    WHAT[purpose],
                    self.say,
                    lambda found: self.keep(role, told_apart(found, needed, policies, world.judgements)),
                )

    def keep(self, role: str, found: Mapping[Grant, Result]) -> None:
        new = {grant.name: result for grant, result in found.items()}
        self.results.write(role, self.results.read(role) | new)

    def plan(self, session: Mapping[str, str]) -> Failed | None:
        """What `make plan` and `make drift` were refused of what they ask AWS for.

        A plan that would change something has failed, too: it could not read that as it is.
        """
        whole = ("plan", "-detailed-exitcode", *QUIET, *self.deployment.variables)
        read = self.run(READS, session, "plan", "-refresh-only", "-lock=false", *QUIET)
        return failure(self.drift(session), read) or self.lock(session, "local", *whole)

    def lock(self, session: Mapping[str, str], folder: str, *words: str) -> Failed | None:
        """What Terraform was refused, which begins with the state and its lock."""
        self.unlock()
        return failure(self.run(folder, session, "init", *INIT), self.run(folder, session, *words))

    def drift(self, session: Mapping[str, str]) -> Finished:
        """`hipaa drift` on the plan that ``prepare`` saved. It ends with 2 where it could not read all."""
        given = (f"--plan={self.saved_plan}", f"--root={ROOT / 'environments' / 'local'}", "--quiet")
        return self.hipaa(session, "drift", *given, f"--region={self.deployment.state.region}")

    def hipaa(self, session: Mapping[str, str], *words: str) -> Finished:
        return subprocess.run(
            [str(Path(sys.executable).with_name("hipaa")), *words],
            env=self.environment(session),
            capture_output=True,
            text=True,
            check=False,
        )

    def unlock(self) -> None:
        """Whoever may not delete the lock leaves it, and every later plan would fail for that alone."""
        self.deployment.client("s3").delete_object(
            Bucket=self.outputs["state_bucket"], Key=f"{ENVIRONMENT}/terraform.tfstate.tflock"
        )

    def audit(self, session: Mapping[str, str]) -> Failed | None:
        """What `hipaa audit` could not read for want of a permission."""
        report = self.folder / "audit.json"
        report.unlink(missing_ok=True)
        finished = self.hipaa(session, "audit", "--quiet", f"--output={report}")
        if not report.exists():
            return Failed(frozenset(REFUSED.findall(finished.stderr)), tail(finished.stderr))
        unreadable = json.loads(report.read_text(encoding="utf-8"))["unreadable"]
        missing = frozenset(problem["missing_action"] for problem in unreadable if problem["missing_action"])
        return Failed(missing, "the report names what it could not read") if missing else None

    # --- an account with both ------------------------------------------------------------------

    def prepare(self) -> None:
        """Apply the bootstrap, and environments/local again with its state in the bootstrap's bucket."""
        self.say(
            "applying environments/bootstrap, and moving the state of environments/local into its bucket"
        )
        if not self.folder.exists():
            copy_tree(self.folder)
        state = f"-backend-config=path={self.folder / 'bootstrap.tfstate'}"
        self.terraform("bootstrap", "init", "-input=false", "-no-color", "-reconfigure", state)
        self.terraform("bootstrap", "apply", "-auto-approve", "-input=false", "-no-color", *self.variables)
        local, reads = (self.folder / "environments" / name for name in ("local", READS))
        (local / "backend_override.tf").write_text('terraform {\n  backend "s3" {}\n}\n', encoding="utf-8")
        (local / BACKEND).write_text(self.outputs["backend"], encoding="utf-8")
        reads.mkdir(exist_ok=True)
        for name in ("backend_override.tf", "versions.tf", BACKEND):
            shutil.copy(local / name, reads)
        for name in ("local", READS):
            self.terraform(name, "init", *INIT)
        self.unlock()  # a run that was cut short may have left one
        # It ends with 1 where there is no state yet.
        if not self.run("local", None, "state", "list").stdout.strip():
            self.terraform("local", "state", "push", str(self.deployment.directory / "terraform.tfstate"))
        self.terraform("local", "apply", "-auto-approve", *QUIET, *self.deployment.variables)
        plan = self.folder / "plan.tfplan"
        self.terraform("local", "plan", f"-out={plan}", *QUIET, *self.deployment.variables)
        self.saved_plan.write_text(self.terraform("local", "show", "-json", str(plan)), encoding="utf-8")

    @property
    def saved_plan(self) -> Path:
        return self.folder / "plan.json"

    @cached_property
    def outputs(self) -> Mapping[str, Any]:
        printed = json.loads(self.terraform("bootstrap", "output", "-json"))
        return {name: output["value"] for name, output in printed.items()}

    @property
    def folder(self) -> Path:
        return self.deployment.directory / "prove_iam"

    @property
    def variables(self) -> list[str]:
        state = self.deployment.state
        given = {
            "account_id": state.account_id,
            "environment": ENVIRONMENT,
            "github": json.dumps({"repository": "example/healthcare"}),
            "region": state.region,
        }
        return [f"-var={name}={value}" for name, value in given.items()]

    def terraform(self, folder: str, *words: str) -> str:
        finished = self.run(folder, None, *words)
        if finished.returncode != 0:
            raise DeploymentError(
                f"terraform {words[0]} of {folder} failed:\n{finished.stdout}{finished.stderr}"
            )
        return finished.stdout

    def run(self, folder: str, session: Mapping[str, str] | None, *words: str) -> Finished:
        return subprocess.run(
            [str(TERRAFORM), f"-chdir={self.folder / 'environments' / folder}", *words],
            env=self.environment(session) | {"TF_IN_AUTOMATION": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self, session: Mapping[str, str] | None) -> dict[str, str]:
        """The administrator's variables, or those of a session."""
        # No TF_DATA_DIR either: the roots are copies, and each keeps its own.
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))
        }
        return inherited | self.deployment.environment | dict(session or {})

    # --- sessions of its roles -----------------------------------------------------------------

    @contextmanager
    def admitted(self, role: str) -> Iterator[None]:
        """Let the account's administrator take the role on, which trusts GitHub's tokens alone."""
        iam = self.deployment.client("iam")
        before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        root = {"AWS": f"arn:aws:iam::{self.deployment.state.account_id}:root"}
        mine = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
        wider = {**before, "Statement": [*before["Statement"], mine]}
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(wider))
        try:
            yield
        finally:
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(before))

    def session(self, arn: str) -> dict[str, str]:
        given = self.deployment.client("sts").assume_role(RoleArn=arn, RoleSessionName="prove-iam")
        keys = given["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }


def failure(*tried: Finished) -> Failed | None:
    """What those that failed were refused; None where none did."""
    failed = [finished.stderr + finished.stdout for finished in tried if finished.returncode]
    said = "".join(failed)
    return Failed(frozenset(REFUSED.findall(said)), tail(said)) if failed else None


def copy_tree(folder: Path) -> None:
    """The repository, by links, with copies of the two roots: their backends are others here.

    All of it or nothing: ``folder`` is there once it is whole.
    """
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for entry in ROOT.iterdir():
        if entry.name not in ("environments", "reports") and not entry.name.startswith("."):
            (partial / entry.name).symlink_to(entry)
    left = shutil.ignore_patterns(".*", "*.tfstate*")
    for name in ("bootstrap", "local"):
        shutil.copytree(ROOT / "environments" / name, partial / "environments" / name, ignore=left)
    override = partial / "environments" / "bootstrap" / "backend_override.tf"
    override.write_text('terraform {\n  backend "local" {}\n}\n', encoding="utf-8")
    partial.rename(folder)


def at_once(grants: Sequence[Grant], managed: Collection[str]) -> list[list[Grant]]:
    """Which grants go together: all that the managed policies read.

    The state's own go by themselves: without them Terraform reads and names nothing else. And each alone: the
    state and its lock have actions in common, and what is named is the action.
    """
    reads = [grant for grant in grants if grant.policy in managed]
    return [*([reads] if reads else []), *([grant] for grant in grants if grant.policy not in managed)]


def told_apart(
    found: Mapping[Grant, Result],
    needed: Mapping[Grant, Need],
    policies: Mapping[str, Document],
    judgements: Sequence[dict[str, Any]],
) -> dict[Grant, Result]:
    """Proven by itself is what was refused something that no other grant allows; the rest was together.

    The plan role has what audit reads and what Terraform reads: two statements, and one action in both.
    """

    def by_itself(grant: Grant) -> bool:
        mine, others = refusal_of(grant, policies), [refusal_of(p, policies) for p in needed[grant].partners]
        return any(mine(judged) and not any(other(judged) for other in others) for judged in judgements)

    return {
        grant: replace(result, how="together") if result.how == "run" and not by_itself(grant) else result
        for grant, result in found.items()
    }


def proven_before(known: Mapping[str, Result], grant: Grant) -> bool:
    return grant.name in known and known[grant.name].proven


def tail(said: str) -> str:
    return said.strip()[-500:]
