"""Backups that come back: every store is backed up, restored to a new name, compared, and deleted again."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from botocore.exceptions import ClientError

from scripts.demo.scenes import Scene, SceneFailedError, check, wait_for_alarm
from scripts.local_deployment import ROOT, LocalDeployment


@dataclass
class BackupStory:
    deployment: LocalDeployment

    def scenes(self) -> list[Scene]:
        return [
            Scene(
                "Every store is backed up, restored to a new name and compared",
                "backups can be read again, and are deleted by nobody",
                self.restore,
            ),
        ]

    def restore(self) -> str:
        """What `make restore-test` says last, once all is proven."""
        said = self.restore_test("--back-up-first").strip().splitlines()[-1]
        wait_for_alarm(self.deployment, self.deployment.outputs["alarm_names"]["backup-missed"], "OK")
        self.try_to_delete()
        return said

    @property
    def vault(self) -> str:
        return str(self.deployment.outputs["backup"]["vault_name"])

    def restore_test(self, *options: str) -> str:
        """Raises ``SceneFailedError`` with all that it said where something was not proven."""
        command = [sys.executable, "-m", "scripts.restore_test", "--vault", self.vault, *options]
        variables = {**os.environ, **self.deployment.environment}
        finished = subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
        )
        if finished.returncode != 0:
            raise SceneFailedError(f"make restore-test says:\n{finished.stdout}{finished.stderr}")
        return finished.stdout

    def try_to_delete(self) -> None:
        backup = self.deployment.client("backup")
        points = backup.list_recovery_points_by_backup_vault(BackupVaultName=self.vault)["RecoveryPoints"]
        check(bool(points), "there are recovery points")
        named = {"BackupVaultName": self.vault, "RecoveryPointArn": points[0]["RecoveryPointArn"]}
        try:
            backup.delete_recovery_point(**named)
        except ClientError as error:
            check(
                error.response["Error"]["Code"] == "AccessDeniedException",
                "the vault refuses the administrator",
            )
        else:
            raise SceneFailedError("the administrator could delete a recovery point")
