"""The zips: what is in them, what is not, and that the same sources give the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from hipaa_policies.readers.live import operations

from scripts import package_functions
from scripts.lambda_python import LambdaPython, find_lambda_python
from scripts.package_functions import PackagingError, contents_of, function_names, package

SERVICES = 'aws_services = ["dynamodb"]\n'


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Two small functions and a shared library."""
    root = tmp_path / "sources"
    for name in ("first", "second"):
        folder = root / name
        (folder / "tests").mkdir(parents=True)
        (folder / "handler.py").write_text(
            "WORDS = {'b', 'a', 'c'}\n\n\ndef handler(event, context):\n    return event\n"
        )
        (folder / "function.toml").write_text(SERVICES)
        (folder / "tests" / "test_handler.py").write_text("raise AssertionError('test data must stay out')\n")
    (root / "healthcare").mkdir()
    (root / "healthcare" / "__init__.py").write_text("")
    return root


@pytest.fixture
def dependencies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the installed dependencies: these tests are about what becomes of them."""

    def lay_out(target: Path, architecture: str, requirements: str) -> None:
        for file in (
            "botocore/data/dynamodb/2012-08-10/service-2.json.gz",
            "botocore/data/ec2/2016-11-15/service-2.json.gz",
            "botocore/data/endpoints.json",
            "botocore/__init__.py",
            "bin/jp.py",
            "boto3-1.dist-info/RECORD",
            "boto3-1.dist-info/METADATA",
            f"of_{requirements}.py",
        ):
            path = target / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {file}\n")

    monkeypatch.setattr(package_functions, "install_dependencies", lay_out)


def names_in(zip_path: Path) -> set[str]:
    return set(zipfile.ZipFile(zip_path).namelist())


@pytest.mark.usefixtures("dependencies")
def test_the_same_sources_give_the_same_bytes_whatever_the_umask_folder_and_times(
    sources: Path, tmp_path: Path
) -> None:
    first = package(["first"], "arm64", tmp_path / "one", sources)
    elsewhere = tmp_path / "a quite different folder"
    shutil.copytree(sources, elsewhere)
    for path in elsewhere.rglob("*"):
        os.utime(path, (0, 0))
    before = os.umask(0o077)
    try:
        second = package(["first"], "arm64", tmp_path / "two", elsewhere)
    finally:
        os.umask(before)
    assert first == second
    assert (tmp_path / "one/first.zip").read_bytes() == (tmp_path / "two/first.zip").read_bytes()


@pytest.mark.usefixtures("dependencies")
def test_a_changed_line_changes_one_zip(sources: Path, tmp_path: Path) -> None:
    before = package(["first", "second"], "arm64", tmp_path, sources)
    with (sources / "first" / "handler.py").open("a") as handler:
        handler.write("# a line more\n")
    after = package(["first", "second"], "arm64", tmp_path, sources)
    assert before["first"] != after["first"]
    assert before["second"] == after["second"]


@pytest.mark.usefixtures("dependencies")
def test_what_is_in_a_zip_and_what_is_not(sources: Path, tmp_path: Path) -> None:
    package(["first"], "arm64", tmp_path, sources)
    names = names_in(tmp_path / "first.zip")
    assert {
        "first/handler.py",
        "healthcare/__init__.py",
        "openapi.json",
        "botocore/data/endpoints.json",
    } <= names
    assert "boto3-1.dist-info/METADATA" in names
    assert not [name for name in names if "tests/" in name or name.startswith(("bin/", "second/"))]
    assert not [name for name in names if "/ec2/" in name or name.endswith("RECORD")]


@pytest.mark.usefixtures("dependencies")
def test_files_are_readable_by_everyone_and_carry_no_time(sources: Path, tmp_path: Path) -> None:
    package(["first"], "arm64", tmp_path, sources)
    for entry in zipfile.ZipFile(tmp_path / "first.zip").infolist():
        assert entry.external_attr >> 16 == 0o100644, entry.filename
        assert entry.date_time == (1980, 1, 1, 0, 0, 0), entry.filename


@pytest.mark.usefixtures("dependencies")
def test_byte_code_is_in_exactly_where_the_functions_own_python_is_at_hand(
    sources: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package(["first"], "arm64", tmp_path, sources)
    compiled = [name for name in names_in(tmp_path / "first.zip") if name.endswith(".pyc")]
    if find_lambda_python().exact:
        assert "first/__pycache__/handler.cpython-313.pyc" in compiled
    else:
        assert not compiled
        assert "Python 3.13 was not found" in capsys.readouterr().err


@pytest.mark.usefixtures("dependencies")
def test_without_the_functions_python_the_word_is_clear(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = LambdaPython(find_lambda_python().executable, (3, 10))
    monkeypatch.setattr(package_functions, "find_lambda_python", lambda: other)
    package(["first"], "arm64", tmp_path, sources)
    assert not [name for name in names_in(tmp_path / "first.zip") if name.endswith(".pyc")]
    said = capsys.readouterr().err
    assert "Python 3.13 was not found" in said
    assert "LAMBDA_PYTHON" in said


@pytest.mark.usefixtures("dependencies")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (None, "function.toml must say"),
        ("aws_services = [", "function.toml must say"),
        ("other = 1", "function.toml must say"),
        ("aws_services = 7", "function.toml must say"),
        ('aws_services = ["dynamo"]', "does not know: dynamo"),
        (SERVICES + 'package = ["hipaa_policies"]', "names package, which means nothing"),
        (SERVICES + 'packages = ["nobodys"]', "nobodys/__init__.py, which is not there"),
        (SERVICES + 'data = ["../outside.yaml"]', "outside.yaml, which is not there"),
        (SERVICES + 'requirements = "nobodys"', "nobodys.txt, which is not there"),
        (SERVICES + 'aws_services_from = ["nobodys.readers:operations"]', "function.toml must say"),
        (SERVICES + 'aws_services_from = ["hipaa_policies.readers.live:nothing"]', "function.toml must say"),
    ],
)
def test_a_bad_function_toml_says_what_to_write(
    sources: Path, tmp_path: Path, settings: str | None, message: str
) -> None:
    file = sources / "first" / "function.toml"
    file.unlink() if settings is None else file.write_text(settings)
    with pytest.raises(PackagingError, match=message):
        package(["first"], "arm64", tmp_path / "out", sources)
    assert not list((tmp_path / "out").glob("*.zip"))


@pytest.mark.usefixtures("dependencies")
def test_an_unknown_function_is_named_with_the_known_ones(sources: Path, tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"no function 'third'.*first, second"):
        package(["third"], "arm64", tmp_path, sources)


def test_the_projects_functions_are_found_and_the_library_is_not_one() -> None:
    assert "patient_api" in function_names()
    assert "healthcare" not in function_names()


@pytest.mark.usefixtures("dependencies")
def test_a_function_can_have_packages_data_services_and_a_lock_of_its_own(
    sources: Path, tmp_path: Path
) -> None:
    """And the one beside it has none of them."""
    (sources / "first" / "function.toml").write_text(
        SERVICES + 'packages = ["hipaa_policies"]\n'
        'data = ["policies/waivers.yaml"]\n'
        'requirements = "compliance_auditor"\n'
    )
    package(["first", "second"], "arm64", tmp_path, sources)
    first, second = names_in(tmp_path / "first.zip"), names_in(tmp_path / "second.zip")
    own = {
        "hipaa_policies/reports/templates/report.html.j2",
        "hipaa_policies/reports/schema.json",
        "hipaa_policies/explanations.toml",
        "policies/waivers.yaml",
        "of_compliance_auditor.py",
    }
    assert own <= first
    assert not own & second
    assert "of_functions.py" in second - first


def test_the_auditor_has_every_service_that_the_catalogue_asks_and_nothing_to_test_with() -> None:
    contents = contents_of("compliance_auditor", package_functions.SOURCES)
    assert {operation.service for operation in operations()} | {"s3"} == set(contents.services)
    lock = (package_functions.ROOT / "requirements" / f"{contents.requirements}.txt").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE))
    common = (package_functions.ROOT / "requirements" / "functions.txt").read_text()
    assert set(re.findall(r"^([a-z0-9-]+)==(\S+)", common, re.MULTILINE)) <= set(locked.items())
    assert {"jinja2", "markupsafe", "pyyaml"} == set(locked) - set(
        re.findall(r"^([a-z0-9-]+)==", common, re.MULTILINE)
    )


def test_what_is_never_loaded_stays_out(tmp_path: Path) -> None:
    for folder in ("library/used", "library/unused/inner"):
        (tmp_path / folder).mkdir(parents=True)
    package_functions.leave_out(tmp_path, ("library/unused",), "patient_api")
    assert sorted(path.name for path in (tmp_path / "library").iterdir()) == ["used"]
    for wrong in ("library/gone", "library/../library/used"):
        with pytest.raises(PackagingError, match="what no library has: library/"):
            package_functions.leave_out(tmp_path, (wrong,), "patient_api")
    assert (tmp_path / "library" / "used").is_dir()
