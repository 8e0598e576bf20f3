"""The checklist that runs by itself: a scheduled run, its locked report, and who cannot delete it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from scripts.demo.scenes import Scene, SceneFailedError, check, wait_for, wait_for_alarm
from scripts.local_cloud.control import Control
from scripts.local_deployment import ROOT, LocalDeployment


@dataclass
class EvidenceStory:
    """``reports`` is the folder that gets a copy of the report's page; ``None``: it stays in the bucket."""

    deployment: LocalDeployment
    reports: Path | None = None

    def scenes(self) -> list[Scene]:
        return [
            Scene(
                "The checklist runs by itself",
                "the account is judged daily under a read-only role, and the report kept",
                self.scheduled_run,
            ),
            Scene(
                "The administrator tries to delete the reports",
                "evidence under a lock stays",
                self.try_to_delete,
            ),
        ]

    def scheduled_run(self) -> str:
        """Let the schedule's hour strike, and wait for what the run leaves in the bucket."""
        before = self.keys()
        rule = f"{self.deployment.outputs['compliance_auditor_function']}-schedule"
        Control(self.deployment.state).fire(rule)
        name = self.wait_for_report(before)
        report = json.loads(self.body(f"{name}.json"))
        check(report["summary"]["FAIL"] == 0, f"no control fails, and it is {failures(report)}")
        denied = [problem for problem in report["unreadable"] if problem["missing_action"]]
        check(not denied, f"the role may read all that it asks for, and not {denied}")
        alarms = self.deployment.outputs["alarm_names"]
        wait_for_alarm(self.deployment, alarms["compliance-auditor-missed-run"], "OK")
        counts = ", ".join(f"{count} {status}" for status, count in report["summary"].items() if count)
        return f"{counts}: s3://{self.bucket}/{name}.json{self.copied(name)}"

    def try_to_delete(self) -> None:
        s3, reports = self.deployment.client("s3"), self.keys()
        check(bool(reports), "a run has left its reports")
        for key in reports:
            named = {"Bucket": self.bucket, "Key": key}
            kept = s3.head_object(**named)
            check(kept.get("ObjectLockMode") == "GOVERNANCE", "the report is locked by the bucket's own rule")
            check(kept["ServerSideEncryption"] == "aws:kms", "the report is encrypted with our key")
            try:
                s3.delete_object(**named, VersionId=kept["VersionId"])
            except ClientError as error:
                check(error.response["Error"]["Code"] == "AccessDenied", "S3 refuses")
            else:
                raise SceneFailedError("the locked report could be deleted")
            check(bool(self.body(key)), "the report is still there")

    @property
    def bucket(self) -> str:
        return str(self.deployment.outputs["evidence_bucket"])

    def keys(self) -> set[str]:
        pages = self.deployment.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {item["Key"] for page in pages for item in page.get("Contents", [])}

    def body(self, key: str) -> bytes:
        body: bytes = self.deployment.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def wait_for_report(self, before: set[str]) -> str:
        """The name, without ending, of the JSON that was not there before: it is written last."""

        def come() -> str | None:
            names = (key.removesuffix(".json") for key in self.keys() - before if key.endswith(".json"))
            return next(names, None)

        return wait_for(come, f"a report comes to {self.bucket}")

    def copied(self, name: str) -> str:
        """Put the page beside the demo's own evidence, where there is a place for it."""
        if self.reports is None:
            return ""
        self.reports.mkdir(exist_ok=True)
        page = self.reports / "scheduled_evidence.html"
        page.write_bytes(self.body(f"{name}.html"))
        return f", its page copied to {page.relative_to(ROOT)}"


def failures(report: dict[str, Any]) -> list[str]:
    """What fails, as a person looks for it."""
    return [f"{f['control_id']} on {f['resource']}" for f in report["findings"] if f["status"] == "FAIL"]
