"""`make demo`, `make up` and `make down`: see README.md for what each does."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.demo.people import EVERYONE, MARIA, MARIA_HERSELF, PROVIDER, SAM, Person
from scripts.demo.progress import Progress
from scripts.demo.story import Story
from scripts.demo.story_questions import QUESTION
from scripts.inventory import Inventory, inventory
from scripts.local_deployment import ROOT, DeploymentError, LocalDeployment, host_architecture
from scripts.package_functions import function_names, package

REPORTS = ROOT / "reports"
UP_DIRECTORY = ROOT / ".local" / "up"
DEMO_DIRECTORY = ROOT / ".local" / "demo"
INTERRUPTED = 130  # as a shell has it for SIGINT


class StoppedError(Exception):
    """A step that the others need has failed: the demo goes straight to taking everything down."""


def demo() -> int:
    """The whole story, from nothing and back to nothing. Returns 1 if any step failed."""
    deployment, progress = LocalDeployment(DEMO_DIRECTORY), Progress()
    report = REPORTS / "evidence.html"
    with only_run(deployment):
        report.unlink(missing_ok=True)  # one of an earlier run would say what this run did not see
        before = tell(deployment, progress)
        take_down(deployment, progress, before)
    print(progress.table())
    if report.exists():
        print(f"\nEvidence report: {report.relative_to(ROOT)} (and evidence.json beside it)")
    return 1 if progress.failed else 0


def tell(deployment: LocalDeployment, progress: Progress) -> Inventory | None:
    """From nothing to the report; return what was in the account before, if it came that far."""
    before = None
    try:
        before = bring_up(deployment, progress)
        needed(
            progress,
            "Plan again",
            "what was applied is what is written: no drift, nothing pending",
            lambda: second_plan(deployment),
        )
        for scene in Story(deployment, reports=REPORTS).scenes():
            progress.step(scene.title, scene.proves, scene.play)
        progress.step(
            "Run the HIPAA checklist on what was deployed",
            "every control has an answer and evidence",
            lambda: checklist(deployment),
        )
    except StoppedError:
        print("\nThe steps after it need that one, so they were not run.")
    return before


def up() -> int:
    """Leave the local cloud running with the story's people in it, and say how to use it."""
    deployment, progress = LocalDeployment(UP_DIRECTORY), Progress()
    story = Story(deployment)
    with only_run(deployment):
        try:
            bring_up(deployment, progress)
            for scene in story.scenes()[:2]:  # people and records
                needed(progress, scene.title, scene.proves, scene.play)
        except StoppedError:
            print("\nIt is not usable. Mend what is said above, then `make down` and `make up` again.")
            return 1
        print(how_to_use(deployment, story))
    return 0


def down() -> int:
    """End what ``up`` left running. The local cloud is memory only, so nothing needs destroying."""
    deployment = LocalDeployment(UP_DIRECTORY)
    with only_run(deployment):
        end(deployment)
    print("The local cloud is down.")
    return 0


@contextmanager
def only_run(deployment: LocalDeployment) -> Iterator[None]:
    """Keep every other run out of the deployment's folder; leave no local cloud behind a run cut short.

    Raises ``SystemExit`` where another run holds the folder, and after Ctrl-C.
    """
    deployment.directory.mkdir(parents=True, exist_ok=True)
    with (deployment.directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(
                f"Another run is using {deployment.directory.relative_to(ROOT)}, and this one would end its "
                "local cloud. Nothing was done: wait for it, end it with Ctrl-C, or use a second clone."
            )
        try:
            yield
        except KeyboardInterrupt:
            print("\nInterrupted. Ending the local cloud: it is memory only, so nothing needs destroying.")
            end(deployment)
            sys.exit(INTERRUPTED)
        except Exception:
            end(deployment)
            raise


def end(deployment: LocalDeployment) -> None:
    deployment.stop()
    forget(deployment)


def bring_up(deployment: LocalDeployment, progress: Progress) -> Inventory:
    """Start a new local cloud and apply to it; return what was in its account before."""
    end(deployment)  # of an earlier run
    needed(
        progress,
        "Package the functions",
        "one zip a function, with a hash to compare with another machine's",
        package_functions,
    )
    needed(progress, "Start the local cloud", "no AWS account, Docker or secret is needed", deployment.start)
    before = inventory(deployment)
    needed(
        progress,
        "Apply environments/local",
        "the same modules that production uses",
        lambda: f"{deployment.apply(progress.detail)} resources",
    )
    return before


def package_functions() -> str:
    hashes = package(function_names(), host_architecture(), ROOT / "dist")
    return f"{len(hashes)} zip(s) in dist/"


def needed(progress: Progress, title: str, proves: str, action: Callable[[], object]) -> None:
    if not progress.step(title, proves, action):
        raise StoppedError


def second_plan(deployment: LocalDeployment) -> str:
    empty, text = deployment.plan_is_empty()
    if not empty:
        raise DeploymentError(f"the second plan is not empty:\n{text}")
    return "No changes"


def checklist(deployment: LocalDeployment) -> str:
    """Write the evidence and print the checklist; raise ``DeploymentError`` where a control fails."""
    REPORTS.mkdir(exist_ok=True)
    reports = [str(REPORTS / "evidence.json"), str(REPORTS / "evidence.html"), "-"]
    status = run_hipaa(deployment, "audit", "--quiet", *(f"--output={report}" for report in reports))
    if status == 1:
        raise DeploymentError("hipaa audit found a control that fails (see above)")
    if status != 0:
        raise DeploymentError(f"hipaa audit could not do its work (see above; exit status {status})")
    return "No control fails"


def run_hipaa(deployment: LocalDeployment, *words: str) -> int:
    hipaa = Path(sys.executable).with_name("hipaa")
    return subprocess.run(
        [str(hipaa), *words], env=os.environ | deployment.environment, check=False
    ).returncode


def take_down(deployment: LocalDeployment, progress: Progress, before: Inventory | None) -> None:
    if (deployment.directory / "terraform.tfstate").exists():
        progress.step(
            "Destroy it all",
            "nothing is left behind: the account holds what it held before",
            lambda: destroy(deployment, progress, before),
        )
    progress.step("Stop the local cloud", "nothing is left running", deployment.stop)
    forget(deployment)


def destroy(deployment: LocalDeployment, progress: Progress, before: Inventory | None) -> str:
    destroyed = deployment.destroy(progress.detail)
    after = inventory(deployment)
    left = {kind: names for kind, names in after.items() if before is not None and names != before[kind]}
    if left:
        raise DeploymentError(f"`terraform destroy` left something behind: {left}")
    return f"{destroyed} resources"


def forget(deployment: LocalDeployment) -> None:
    """Remove Terraform's state of a cloud that is gone, and its keys: they are for what no longer exists."""
    for file in (*deployment.directory.glob("terraform.tfstate*"), variables_file(deployment)):
        file.unlink(missing_ok=True)


def variables_file(deployment: LocalDeployment) -> Path:
    return deployment.directory / "env.sh"


def how_to_use(deployment: LocalDeployment, story: Story) -> str:
    """Write the variables to a file that a shell can read, and say what to do with them."""
    variables = deployment.environment | {
        "GATEWAY": story.url(""),
        **{shell_name(person): story.tokens[person.username] for person in EVERYONE},
    }
    exports = "\n".join(f"export {name}={value}" for name, value in variables.items())
    file = variables_file(deployment)
    file.touch(mode=0o600)  # it holds the administrator's key
    file.write_text(exports + "\n", encoding="utf-8")
    people = "\n".join(f"  ${shell_name(person):<14} {person.description}" for person in EVERYONE)
    data = f"$PWD/{deployment.directory.relative_to(ROOT)}/terraform"
    terraform = f"TF_DATA_DIR={data} scripts/terraform -chdir=environments/local"
    bearer = f'-H "Authorization: Bearer ${shell_name(PROVIDER)}"'
    return f"""
{exports}

The local cloud is up, and the variables above are also in a file of their own:

  source {file.relative_to(ROOT)}

The API is at {story.url("")}. People, with tokens that last an hour (on AWS: 15 minutes):

{people}

  curl -i $GATEWAY/patients/{MARIA} {bearer}
  curl -i $GATEWAY/patients/{SAM} {bearer}
  curl -i $GATEWAY/patients/{SAM} {bearer} \\
    -H "X-Break-Glass-Reason: Unconscious, no relative reachable"
  curl -i $GATEWAY/patients/{MARIA}/disclosures -H "Authorization: Bearer ${shell_name(MARIA_HERSELF)}"

Questions are answered from a patient's documents; this one's is a moment after it is uploaded:

  printf 'Discharge medications:\\nContinue lisinopril 10 mg daily.\\n' | aws s3 cp - \\
    s3://{deployment.outputs["documents_bucket"]}/incoming/discharge.txt \\
    --metadata patient-id={MARIA},access-label=N,title='Discharge summary',date=2024-09-12
  curl -i $GATEWAY/patients/{MARIA}/questions {bearer} -H "Content-Type: application/json" \\
    -d '{{"question": "{QUESTION}"}}'

The AWS variables point any SDK, Terraform or the checklist at it as its administrator, in this shell until
you close it. One control FAILs, BKP-03, until a backup was restored:

  .venv/bin/hipaa audit
  make restore-test RESTORE_TEST=--back-up-first

Apply a change of your own to it (of a function: `make package ARCHITECTURE={host_architecture()}` first):

  {terraform} init
  {terraform} apply {" ".join(deployment.variables)}

Everything it knows is in memory; `make down` ends it."""


def shell_name(person: Person) -> str:
    return person.username.replace(".", "_").upper()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m scripts.demo")
    parser.add_argument("verb", choices=["demo", "up", "down"])
    sys.exit({"demo": demo, "up": up, "down": down}[parser.parse_args().verb]())
