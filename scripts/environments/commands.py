"""`make plan`, `apply`, `audit` and `drift`. Each is given an environment whose account was checked."""

from __future__ import annotations

import hashlib
import json

from hipaa_policies import cli

from scripts.environments import changes, terraform
from scripts.environments.environment import Environment
from scripts.environments.files import OWNER_ONLY_FILE, code_hash, private_folder, write_private
from scripts.environments.judging import decisions, judge
from scripts.environments.problems import FailedControlsError, RefusedError
from scripts.environments.terraform import Progress

DONE, FAILED, NOT_DONE = 0, 1, 2
# As Terraform's -detailed-exitcode has it: not the numbers of the others.
NO_DRIFT, DRIFT_NOT_KNOWN, DRIFT = 0, 1, 2
SUMS = "SHA256SUMS"
REPORTS = ("audit.html", "audit.json", "audit.oscal.json", "audit.sarif", "audit.xml")


def plan(environment: Environment, progress: Progress) -> int:
    """Save a plan, say what it would do, and judge it. 1 where a control FAILs: the plan can be looked at."""
    private_folder(environment.saved)
    for old in environment.saved.iterdir():
        old.unlink()  # an older plan beside a newer judgement would be worse than none
    made_from = code_hash(environment)
    progress(f"terraform init, on the state of {environment.name}")
    terraform.initialise(environment)
    progress("terraform plan")
    terraform.plan(environment, f"-out={environment.plan}", progress=progress)
    environment.plan.chmod(OWNER_ONLY_FILE)
    document = terraform.show(environment, str(environment.plan))
    write_private(environment.document, json.dumps(document))
    write_private(environment.providers, json.dumps(terraform.providers(environment)))
    write_private(environment.fingerprint, made_from)
    for line in changes.lines(document):
        print(line)
    print(f"\nThe HIPAA checklist on this plan (reports in {environment.file(environment.reports)}/):")
    try:
        judge(environment, table=True)
    except FailedControlsError as failed:
        print(f"\n{failed}")
        return FAILED
    if changes.unsigned(document):
        print(f"\n{_unsigned(environment, changes.unsigned(document))}")
    print(
        f"\nSaved in {environment.file(environment.saved)}, for you alone: it holds values in clear. "
        f"All of it: scripts/terraform -chdir={environment.file(environment.folder)} show .plan/plan.tfplan\n"
        f"Next, once you have read it: make apply ENV={environment.name}"
    )
    return DONE


def apply(environment: Environment, progress: Progress) -> int:
    """Apply exactly the saved plan: made from this code and this state, and judged again, without a FAIL."""
    again = f"make plan ENV={environment.name}"
    if not environment.plan.exists() or not environment.fingerprint.exists():
        raise RefusedError(f"There is no saved plan of {environment.name}, so nothing was applied: {again}")
    if environment.fingerprint.read_text(encoding="utf-8") != code_hash(environment):
        raise RefusedError(
            f"The code, the variables, the packages or the decisions have changed since the plan of "
            f"{environment.name} was made, so nothing was applied: {again}"
        )
    progress(f"terraform init, on the state of {environment.name}")
    terraform.initialise(environment)
    # From the very file that is applied: a judgement beside it could be of another, or past a waiver's end.
    document = terraform.show(environment, str(environment.plan))
    write_private(environment.document, json.dumps(document))
    judge(environment, table=False)
    if found := changes.unsigned(document):
        raise RefusedError(_unsigned(environment, found))
    terraform.apply(environment, str(environment.plan))
    for used in environment.saved.iterdir():
        used.unlink()
    print(f"Applied. What the account looks like now: make audit ENV={environment.name}")
    return DONE


def audit(environment: Environment, _: Progress) -> int:
    """The checklist on the live account: the table here, evidence and its hashes in reports/."""
    words = ["audit", "--region", environment.region, *decisions(environment), "--output", "-"]
    forget_reports(environment)
    for name in REPORTS:
        words += ["--output", str(environment.reports / name)]
    status = cli.main(words)
    written = [environment.reports / name for name in REPORTS if (environment.reports / name).exists()]
    if written:
        hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in written}
        lines = "".join(f"{digest}  {name}\n" for name, digest in hashes.items())
        (environment.reports / SUMS).write_text(lines, encoding="utf-8")
        print(f"\nEvidence in {environment.file(environment.reports)}/, hashes in {SUMS} (sha256sum -c)")
    return status


def forget_reports(environment: Environment) -> None:
    """An earlier audit saw other things: what it wrote is no evidence of the next one."""
    for name in (*REPORTS, SUMS):
        (environment.reports / name).unlink(missing_ok=True)


def drift(environment: Environment, progress: Progress) -> int:
    """Whether the account is as the code and the state say, to Terraform and to the catalogue.

    0: it is. 2: it is not. 1 (``RefusedError``): not known.
    """
    private_folder(environment.saved)
    found, document = environment.saved / "drift.tfplan", environment.saved / "drift.json"
    try:
        progress(f"terraform init, on the state of {environment.name}")
        terraform.initialise(environment)
        progress("terraform plan, without a lock: it only reads")
        changed = terraform.plan(environment, "-lock=false", f"-out={found}", progress=progress)
        shown = terraform.show(environment, str(found))
        write_private(document, json.dumps(shown))
        print("Terraform:")
        for line in changes.lines(shown):
            print(line)
        print("\nThe HIPAA checklist, on the account and on the plan:", flush=True)
        differ = _catalogue_differs(environment, document)
    finally:
        for used in (found, document):
            used.unlink(missing_ok=True)
    if changed or differ:
        print(
            f"\n{environment.name} has drifted: make plan ENV={environment.name} shows what would set it "
            "right, CloudTrail who changed it."
        )
    else:
        print(f"\nNo drift: {environment.name} is as the code says.")
    return DRIFT if changed or differ else NO_DRIFT


def _catalogue_differs(environment: Environment, document: object) -> bool:
    words = [
        "drift",
        "--plan",
        str(document),
        "--root",
        str(environment.folder),
        "--region",
        environment.region,
    ]
    status = cli.main(words)
    if status not in (DONE, FAILED):
        raise RefusedError("The account could not be compared with the plan (see above).")
    return status == FAILED


def _unsigned(environment: Environment, addresses: list[str]) -> str:
    return (
        f"{len(addresses)} functions take signed code alone, and their packages are zips of this machine, "
        f"which Lambda will refuse ({addresses[0]} and so on). Before apply: make sign ENV={environment.name}"
    )
