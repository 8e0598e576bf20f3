"""Build ``dist/<function>.zip`` for every function in ``lambda_src``, byte-identical wherever it is built.

Usage: ``python -m scripts.package_functions [--architecture arm64|x86_64] [--output dist] [function ...]``

A function is a folder of ``lambda_src`` with a ``handler.py``. Its zip holds that folder, the shared
``healthcare`` library, the OpenAPI document as ``openapi.json`` and the hash-locked dependencies of
``requirements/functions.txt`` for the platform that Lambda runs it on. ``function.toml`` says the rest:

- ``aws_services``: the AWS services it calls. botocore's descriptions of the other 430 (28 of its 30 MB)
  stay out;
- ``aws_services_from``: functions (``module:name``) whose operations name further services;
- ``packages``: further packages of this repository that go in, from ``policies``;
- ``data``: files of this repository that go in, under the paths they have here;
- ``requirements``: a lock of its own, ``requirements/<name>.txt``, in place of that of all functions;
- ``leave_out``: folders of those libraries that the function never loads.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.lambda_python import LAMBDA_VERSION, LambdaPython, find_lambda_python
from scripts.setup_environment import index_of_pip

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "lambda_src"
SHARED_LIBRARY = "healthcare"
PACKAGES = ROOT / "policies"
REQUIREMENTS = "functions"
# The oldest time a zip can hold (APPNOTE 4.4.6): the same on every machine and in every checkout.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
REGULAR_FILE_MODE = 0o100644
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
# Written by the installer, different from one machine to the next, and read by nothing at run time.
INSTALLER_FILES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"}
# What Lambda takes in one request: 50 MB, as https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
# has it. A larger zip has to come from S3 (``package.s3`` of modules/function).
DIRECT_UPLOAD_BYTES = 50 * 1024 * 1024
LEFT_OUT_FOLDERS = {"tests", "test", "testing", "__pycache__", "bin"}


class PackagingError(Exception):
    """A zip could not be built; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Contents:
    """What ``function.toml`` says of a zip."""

    services: tuple[str, ...]
    packages: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    requirements: str = REQUIREMENTS
    leave_out: tuple[str, ...] = ()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the functions' zips.")
    parser.add_argument("functions", nargs="*", help="default: every function in lambda_src")
    parser.add_argument("--architecture", choices=sorted(PLATFORMS), default="arm64")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    options = parser.parse_args(arguments)
    try:
        package(options.functions or function_names(), options.architecture, options.output)
    except PackagingError as error:
        print(f"No zip was written for it: {error}", file=sys.stderr)
        return 1
    return 0


def function_names(sources: Path = SOURCES) -> list[str]:
    return sorted(handler.parent.name for handler in sources.glob("*/handler.py"))


def package(functions: list[str], architecture: str, output: Path, sources: Path = SOURCES) -> dict[str, str]:
    """Build one zip for each name of ``functions``; return each zip's SHA-256 in hexadecimal, by name.

    Raises ``PackagingError`` for an unknown function, a bad ``function.toml`` or a failed installation.
    """
    python = find_lambda_python()
    say_which_python(python)
    output.mkdir(parents=True, exist_ok=True)
    hashes = {}
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        installed: dict[str, Path] = {}
        for name in functions:
            contents = contents_of(name, sources)
            dependencies = Path(scratch) / "dependencies" / contents.requirements
            if contents.requirements not in installed:
                install_dependencies(dependencies, architecture, contents.requirements)
                installed[contents.requirements] = dependencies
            tree = Path(scratch) / "trees" / name
            assemble(name, contents, sources, dependencies, tree)
            if python.exact:
                compile_bytecode(python, tree)
            hashes[name] = write_zip(tree, output / f"{name}.zip")
            size = (output / f"{name}.zip").stat().st_size
            print(
                f"  {name}.zip  {size / 1_000_000:5.1f} MB  sha256 {hashes[name][:16]}…  ({architecture})",
                flush=True,
            )
            if size > DIRECT_UPLOAD_BYTES:
                print(
                    f"  {name}.zip is too large for Lambda to take from here: upload it to S3.",
                    file=sys.stderr,
                )
    return hashes


def say_which_python(python: LambdaPython) -> None:
    wanted = ".".join(map(str, LAMBDA_VERSION))
    if python.exact:
        return
    print(
        f"Python {wanted} was not found, so the zips carry no byte code: they work, and every cold start "
        f"compiles them again. Install Python {wanted}, or set LAMBDA_PYTHON, and package again.",
        file=sys.stderr,
    )


def install_dependencies(target: Path, architecture: str, requirements: str) -> None:
    lock = f"requirements/{requirements}.txt"
    command = [sys.executable, "-m", "uv", "--quiet", "pip", "install", "--target", str(target)]
    command += ["--python-version", ".".join(map(str, LAMBDA_VERSION))]
    command += ["--python-platform", PLATFORMS[architecture], "--no-build", "--require-hashes"]
    command += ["--link-mode", "copy", "--requirement", str(ROOT / lock)]
    finished = subprocess.run(command, env=os.environ | index_of_pip(sys.executable), check=False)
    if finished.returncode != 0:
        raise PackagingError(
            f"installing {lock} for {architecture} failed (see above). Check that the "
            "package index answers, then run `make package` again."
        )


def assemble(name: str, contents: Contents, sources: Path, dependencies: Path, tree: Path) -> None:
    """Lay out in ``tree`` what the zip of function ``name`` holds."""
    shutil.copytree(dependencies, tree, ignore=ignore_left_out)
    leave_out(tree, contents.leave_out, name)
    prune_botocore(tree / "botocore" / "data", contents.services, name)
    for package_name in (SHARED_LIBRARY, name):
        shutil.copytree(sources / package_name, tree / package_name, ignore=ignore_left_out)
    for package_name in contents.packages:
        shutil.copytree(PACKAGES / package_name, tree / package_name, ignore=ignore_left_out)
    for file in contents.data:
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, tree / file)
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    (tree / "openapi.json").write_text(json.dumps(document, sort_keys=True, default=str), encoding="utf-8")


def contents_of(name: str, sources: Path) -> Contents:
    """What the function's ``function.toml`` says. Raises ``PackagingError``."""
    function = sources / name
    if not (function / "handler.py").is_file():
        known = ", ".join(function_names(sources))
        raise PackagingError(f"lambda_src has no function '{name}' with a handler.py. It has: {known}.")
    try:
        given = tomllib.loads((function / "function.toml").read_text(encoding="utf-8"))
        services = given.pop("aws_services")
        for source in given.pop("aws_services_from", ()):
            services += services_by(source)
        contents = Contents(
            services=tuple(sorted(set(services))),
            packages=tuple(given.pop("packages", ())),
            data=tuple(given.pop("data", ())),
            requirements=given.pop("requirements", REQUIREMENTS),
            leave_out=tuple(given.pop("leave_out", ())),
        )
    except (OSError, KeyError, ImportError, AttributeError, TypeError, ValueError) as error:
        raise PackagingError(
            f"{name}/function.toml must say which AWS services the function calls, for instance "
            f'aws_services = ["dynamodb", "kms"] ({type(error).__name__}: {error}).'
        ) from error
    check(name, contents, unknown=given)
    return contents


def services_by(source: str) -> list[str]:
    """The AWS services of the operations that ``module:function`` returns."""
    module, _, function = source.partition(":")
    return [operation.service for operation in getattr(importlib.import_module(module), function)()]


def check(name: str, contents: Contents, unknown: dict[str, object]) -> None:
    """Raises ``PackagingError`` for a key without a meaning, and for what is not in the repository."""
    paths = [PACKAGES / package_name / "__init__.py" for package_name in contents.packages]
    paths += [ROOT / file for file in contents.data]
    paths.append(ROOT / "requirements" / f"{contents.requirements}.txt")
    absent = [str(path) for path in paths if not path.is_file() or ROOT not in path.resolve().parents]
    if unknown or absent:
        what = [f"{key}, which means nothing" for key in unknown]
        what += [f"{path}, which is not there" for path in absent]
        raise PackagingError(f"{name}/function.toml names {'; '.join(what)}.")


def ignore_left_out(folder: str, names: list[str]) -> set[str]:
    inside_package_metadata = folder.endswith(".dist-info")
    return {
        name
        for name in names
        if name in LEFT_OUT_FOLDERS
        or name.endswith((".pyc", ".pyi", ".lock"))
        or (inside_package_metadata and name in INSTALLER_FILES)
    }


def leave_out(tree: Path, folders: tuple[str, ...], function: str) -> None:
    """Remove folders of libraries. Raises ``PackagingError`` for one that is not there (any more)."""
    absent = [folder for folder in folders if not (tree / folder).is_dir() or ".." in Path(folder).parts]
    if absent:
        raise PackagingError(
            f"{function}/function.toml leaves out what no library has: {', '.join(absent)}. "
            "See what has become of it before you take it off the list."
        )
    for folder in folders:
        shutil.rmtree(tree / folder)


def prune_botocore(data: Path, services: tuple[str, ...], function: str) -> None:
    missing = sorted(set(services) - {entry.name for entry in data.iterdir()})
    if missing:
        raise PackagingError(
            f"{function}/function.toml names AWS services that botocore does not know: {', '.join(missing)}."
        )
    for entry in data.iterdir():
        if entry.is_dir() and entry.name not in services:
            shutil.rmtree(entry)


def compile_bytecode(python: LambdaPython, tree: Path) -> None:
    """Add ``.pyc`` files that are read without a look at the source: /var/task cannot be written to.

    One process with a fixed hash seed, because the order of a frozen set's members would differ otherwise.
    """
    command = [str(python.executable), "-S", "-s", "-m", "compileall", "-q"]
    command += ["--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(tree), "-p", "/var/task", str(tree)]
    finished = subprocess.run(
        command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False
    )
    if finished.returncode != 0:
        raise PackagingError(f"compiling {tree.name} failed:\n{finished.stdout}{finished.stderr}")


def write_zip(tree: Path, zip_path: Path) -> str:
    """Write ``tree`` as a zip with fixed order, times and modes, and return its SHA-256.

    Stored, not deflated: zlib and zlib-ng compress the same bytes differently, see
    docs/decisions/0002-stored-zips.md.
    """
    partial = zip_path.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted_files(tree):
            entry = zipfile.ZipInfo(file.relative_to(tree).as_posix(), ZIP_TIME)
            entry.create_system = 3  # Unix, whichever system builds it, so that the mode counts
            entry.external_attr = REGULAR_FILE_MODE << 16
            archive.writestr(entry, file.read_bytes())
    partial.replace(zip_path)
    return hashlib.sha256(zip_path.read_bytes()).hexdigest()


def sorted_files(tree: Path) -> Iterator[Path]:
    yield from sorted((path for path in tree.rglob("*") if path.is_file()), key=lambda path: path.as_posix())


if __name__ == "__main__":
    sys.exit(main())
