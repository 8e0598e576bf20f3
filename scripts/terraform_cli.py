"""Run Terraform (or OpenTofu), also on a machine that cannot reach the public registry.

Usage: ``scripts/terraform ARGUMENTS``. ``TF_BIN`` names the binary (default: ``terraform``, then
``tofu``). Where no CLI configuration exists and the registry does not answer, a filesystem mirror
found in the usual places is used instead, and a line on standard error says so.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

MIRROR_CONFIGURATION = Path(__file__).resolve().parent.parent / ".local" / "terraform-mirror.tfrc"
REGISTRY_HOSTS = {"terraform": "registry.terraform.io", "tofu": "registry.opentofu.org"}
# https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
# and where machine images and packages put such folders.
SEARCH_ROOTS = (
    "~/.terraform.d",
    "~/.local/share/terraform",
    "~/Library/Application Support/io.terraform",
    "/usr/local/share/terraform",
    "/usr/share/terraform",
    "/usr/local/lib",
    "/usr/lib/terraform",
    "/var/lib/terraform",
    "/opt",
)
SEARCH_DEPTH = 3
CONNECT_TIMEOUT_SECONDS = 3.0


class TerraformNotFoundError(Exception):
    """No Terraform or OpenTofu binary was found; the message says how to give one."""


def find_binary(environment: Mapping[str, str]) -> str:
    """Return the path of the binary to run.

    Raises ``TerraformNotFoundError`` where there is none.
    """
    named = environment.get("TF_BIN")
    for name in [named] if named else list(REGISTRY_HOSTS):
        path = shutil.which(name, path=environment.get("PATH"))
        if path:
            return path
    wanted = f"TF_BIN={named}" if named else "terraform or tofu"
    raise TerraformNotFoundError(
        f"{wanted} was not found on PATH, so nothing was run. Install Terraform 1.11 or newer "
        "(or OpenTofu), or set TF_BIN to its path."
    )


def registry_host(binary: str) -> str:
    return REGISTRY_HOSTS["tofu" if "tofu" in Path(binary).name else "terraform"]


def cli_configuration_exists(environment: Mapping[str, str]) -> bool:
    """Whether Terraform will find a CLI configuration of the user's own, which then decides alone."""
    named = environment.get("TF_CLI_CONFIG_FILE")
    if named:
        return Path(named).exists()
    home = Path(environment.get("HOME", "~")).expanduser()
    return any((home / name).exists() for name in (".terraformrc", ".tofurc"))


def registry_answers(host: str) -> bool:
    try:
        socket.create_connection((host, 443), timeout=CONNECT_TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def find_mirror(host: str, roots: tuple[str, ...]) -> Path | None:
    """Return the folder that contains a folder named ``host`` with a provider in it, if any."""
    for root in roots:
        for folder in folders_named(host, Path(root).expanduser(), SEARCH_DEPTH):
            if any(folder.glob("*/*/*")):
                return folder.parent
    return None


def folders_named(name: str, root: Path, depth: int) -> Iterator[Path]:
    try:
        children = sorted(child for child in root.iterdir() if child.is_dir())
    except OSError:  # missing, or not ours to read: there is no mirror to use there
        return
    yield from (child for child in children if child.name == name)
    if depth > 1:
        others = (child for child in children if child.name != name and not child.is_symlink())
        yield from chain.from_iterable(folders_named(name, child, depth - 1) for child in others)


def mirror_configuration(mirror: Path, host: str) -> str:
    # Without the exclusion Terraform asks the registry as well, and fails where it does not answer.
    return (
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n'
        f'  direct {{\n    exclude = ["{host}/*/*"]\n  }}\n'
        "}\n"
    )


def prepare_environment(binary: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment to run ``binary`` with, and say so where a mirror is used."""
    prepared = dict(environment)
    host = registry_host(binary)
    if cli_configuration_exists(environment):
        return prepared
    if registry_answers(host):
        # A name that leads nowhere would make Terraform warn at every call.
        prepared.pop("TF_CLI_CONFIG_FILE", None)
        return prepared
    mirror = find_mirror(host, SEARCH_ROOTS)
    if mirror is None:
        print(
            f"{host} cannot be reached and no filesystem mirror was found below "
            f"{', '.join(SEARCH_ROOTS)}. `init` will fail unless the providers are installed "
            "already: put a folder named "
            f"{host} there, or name a CLI configuration in TF_CLI_CONFIG_FILE.",
            file=sys.stderr,
        )
        return prepared
    print(f"{host} cannot be reached: using the mirror in {mirror}", file=sys.stderr)
    replace_file(MIRROR_CONFIGURATION, mirror_configuration(mirror, host))
    prepared["TF_CLI_CONFIG_FILE"] = str(MIRROR_CONFIGURATION)
    return prepared


def replace_file(path: Path, text: str) -> None:
    """Replace ``path`` in one step, so that a command running beside this one reads it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(temporary).replace(path)


def main(arguments: list[str]) -> None:
    try:
        binary = find_binary(os.environ)
    except TerraformNotFoundError as error:
        sys.exit(str(error))
    # In place of this process, so that signals and the exit status are Terraform's own.
    os.execve(binary, [binary, *arguments], prepare_environment(binary, os.environ))  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
