"""Pages that show a file or a folder of the repository, for links that lead to what is no page itself.

So a link works from a copy of the site on a laptop, and shows the file as it was when the site was built.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from scripts.site.paths import is_ours

_LANGUAGES = {
    ".tf": "terraform",
    ".hcl": "terraform",
    ".tfvars": "terraform",
    ".py": "python",
    ".toml": "toml",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".sh": "shell",
}
_TOO_LONG = 1_500  # lines: what is longer is shown from its beginning
_FRONT_MATTER = "---\nsearch:\n  exclude: true\n---\n\n"


def page(root: Path, path: PurePosixPath) -> str:
    """The page as Markdown, as if it stood at the repository's root."""
    shown = folder(root, path) if (root / path).is_dir() else file(root, path)
    return f"{_FRONT_MATTER}# {path}\n\n{shown}\n"


def file(root: Path, path: PurePosixPath) -> str:
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    note = f"\n\nThe first {_TOO_LONG} of {len(lines)} lines." if len(lines) > _TOO_LONG else ""
    text = "\n".join(lines[:_TOO_LONG])
    fence = "~~~~" if "~~~" not in text else "``````"
    return f"{fence} {_LANGUAGES.get(path.suffix, 'text')}\n{text}\n{fence}{note}"


def folder(root: Path, path: PurePosixPath) -> str:
    """What is directly in it: files and folders by name."""
    entries = sorted((root / path).iterdir(), key=lambda entry: (entry.is_file(), entry.name))
    names = [
        f"- `{entry.name}{'/' if entry.is_dir() else ''}`"
        for entry in entries
        if is_ours(entry.relative_to(root))
    ]
    return "\n".join(["A folder of the repository:", "", *names])
