"""The files that say which version there is: Python packages, and what users copy from examples and docs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from scripts.release.versions import Version

# Where the version stands in a line of its own.
_PACKAGES = ("pyproject.toml", "constructs/pyproject.toml", "policies/pyproject.toml")
_MODULE = "policies/hipaa_policies/__init__.py"
# Where users read which tag to name: `ref=v0.1.0`, keys of zips. tests/examples hold them to one version.
_COPIED = ("README.md", "constructs/README.md", "docs/*.md", "examples/**/*", "tests/examples/stacks.py")
_LINE = re.compile(r'^(version|__version__) = "([^"]*)"$', re.MULTILINE)


def carry(folder: Path, version: Version) -> None:
    """Write ``version`` wherever the tree in ``folder`` names the version that it had."""
    before = _LINE.search((folder / _PACKAGES[0]).read_text(encoding="utf-8"))
    for name in (*_PACKAGES, _MODULE):
        _rewrite(folder / name, lambda text: _LINE.sub(rf'\1 = "{version}"', text, count=1))
    if before is None or before[2] == str(version):
        return
    tag = re.compile(rf"\bv{re.escape(before[2])}(?![\w.-]*\d)")
    listed = f'"version": "{before[2]}"'
    for pattern in _COPIED:
        for file in sorted(folder.glob(pattern)):
            _rewrite(file, lambda text: tag.sub(version.tag, text).replace(listed, f'"version": "{version}"'))


def _rewrite(file: Path, change: Callable[[str], str]) -> None:
    if not file.is_file():
        return
    text = file.read_text(encoding="utf-8")
    changed = change(text)
    if changed != text:
        file.write_text(changed, encoding="utf-8")
