"""What Terraform tells the function."""

import os
from dataclasses import dataclass
from pathlib import Path

from healthcare.settings import names, required


@dataclass(frozen=True, slots=True)
class Settings:
    """Where evidence goes, the regions that are read, and the files of decisions (``None``: none)."""

    evidence_bucket: str
    regions: tuple[str, ...]
    waivers: Path | None
    attestations: Path | None

    @classmethod
    def from_environment(cls) -> "Settings":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            evidence_bucket=required("EVIDENCE_BUCKET"),
            regions=tuple(sorted(names("AUDITED_REGIONS"))) or (required("AWS_REGION"),),
            waivers=_file("WAIVERS_FILE"),
            attestations=_file("ATTESTATIONS_FILE"),
        )


def _file(name: str) -> Path | None:
    """The file that a variable names, relative to the unpacked zip; absolute, it may lie in a layer."""
    text = os.environ.get(name, "").strip()
    return Path(required("LAMBDA_TASK_ROOT"), text) if text else None
