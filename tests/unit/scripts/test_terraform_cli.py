"""Finding Terraform, and its providers where the public registry does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import terraform_cli
from scripts.terraform_cli import TerraformNotFoundError, find_binary, find_mirror, prepare_environment

HOST = "registry.terraform.io"


def make_binary(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    binary = folder / name
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    return binary


def make_mirror(folder: Path) -> Path:
    (folder / HOST / "hashicorp" / "aws" / "5.100.0").mkdir(parents=True)
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No registry; the mirror's configuration is written below ``tmp_path``."""
    monkeypatch.setattr(terraform_cli, "registry_answers", lambda host: False)
    configuration = tmp_path / "mirror.tfrc"
    monkeypatch.setattr(terraform_cli, "MIRROR_CONFIGURATION", configuration)
    return configuration


def test_terraform_is_preferred_and_tofu_serves(tmp_path: Path) -> None:
    tofu = make_binary(tmp_path, "tofu")
    assert find_binary({"PATH": str(tmp_path)}) == str(tofu)
    terraform = make_binary(tmp_path, "terraform")
    assert find_binary({"PATH": str(tmp_path)}) == str(terraform)
    assert find_binary({"PATH": str(tmp_path), "TF_BIN": "tofu"}) == str(tofu)


def test_no_binary_says_how_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(TerraformNotFoundError, match="Install Terraform"):
        find_binary({"PATH": str(tmp_path)})
    with pytest.raises(TerraformNotFoundError, match="TF_BIN=missing"):
        find_binary({"PATH": str(tmp_path), "TF_BIN": "missing"})


def test_a_mirror_is_found_below_the_usual_roots(tmp_path: Path) -> None:
    mirror = make_mirror(tmp_path / "opt" / "vendor" / "plugins")
    assert find_mirror(HOST, (str(tmp_path / "absent"), str(tmp_path / "opt"))) == mirror


def test_an_empty_folder_of_that_name_is_no_mirror(tmp_path: Path) -> None:
    (tmp_path / HOST).mkdir()
    assert find_mirror(HOST, (str(tmp_path),)) is None


def test_offline_without_a_configuration_the_mirror_is_used_and_said(
    offline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror = make_mirror(tmp_path / "mirror")
    monkeypatch.setattr(terraform_cli, "SEARCH_ROOTS", (str(tmp_path),))
    prepared = prepare_environment(
        "/usr/bin/terraform", {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "missing")}
    )
    assert prepared["TF_CLI_CONFIG_FILE"] == str(offline)
    assert f'path = "{mirror}"' in offline.read_text()
    assert f"using the mirror in {mirror}" in capsys.readouterr().err


def test_offline_without_a_mirror_the_user_is_told_where_one_is_looked_for(
    offline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terraform_cli, "SEARCH_ROOTS", (str(tmp_path / "none"),))
    prepared = prepare_environment("/usr/bin/terraform", {"HOME": str(tmp_path)})
    assert "TF_CLI_CONFIG_FILE" not in prepared
    assert "no filesystem mirror was found" in capsys.readouterr().err


@pytest.mark.usefixtures("offline")
def test_the_users_own_configuration_decides_alone(tmp_path: Path) -> None:
    own = tmp_path / "own.tfrc"
    own.write_text("")
    environment = {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(own)}
    assert prepare_environment("/usr/bin/terraform", environment) == environment


def test_with_a_registry_a_name_that_leads_nowhere_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terraform_cli, "registry_answers", lambda host: host == HOST)
    environment = {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "missing")}
    assert prepare_environment("/usr/bin/terraform", environment) == {"HOME": str(tmp_path)}
