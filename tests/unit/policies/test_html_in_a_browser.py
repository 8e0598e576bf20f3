"""The evidence report in a real browser: it opens, says nothing on the console, and prints."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hipaa_policies.reports import FORMATS
from hipaa_policies.verdicts import Status

from tests.unit.policies.test_reports import every_status

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((found for name in BROWSERS if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason=f"no browser is installed ({', '.join(BROWSERS)}): apt-get install chromium"
)
ASSESSMENT = every_status()
WIDTH, HEIGHT = 1000, 1400


def browse(tmp_path: Path, *options: str) -> tuple[str, str]:
    """What the browser prints, and what it logs, the page's console included."""
    page = tmp_path / "evidence.html"
    page.write_text(FORMATS["html"](ASSESSMENT), encoding="utf-8")
    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}",
        *options,
        page.as_uri(),
    ]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    return finished.stdout, finished.stderr


def test_it_opens_and_the_browser_complains_of_nothing(tmp_path: Path) -> None:
    dom, log = browse(tmp_path, "--dump-dom")
    assert [line for line in log.splitlines() if "CONSOLE" in line] == []
    for finding in ASSESSMENT.of(Status.FAIL):
        assert finding.resource in dom
    assert dom.count('class="control"') == len(ASSESSMENT.controls)


def test_the_console_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own policy forbids scripts, even where somebody got one into it: the console says so."""
    whole = FORMATS["html"]
    with_script = "<script>document.title = 'changed'</script></body>"
    monkeypatch.setitem(FORMATS, "html", lambda x: whole(x).replace("</body>", with_script))
    dom, log = browse(tmp_path, "--dump-dom")
    assert any("CONSOLE" in line and "Content Security Policy" in line for line in log.splitlines())
    assert "<title>changed</title>" not in dom


def test_it_is_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    browse(tmp_path, f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={picture}")
    data = picture.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (WIDTH, HEIGHT)
    assert len(data) > 50_000, "an empty page is a few kilobytes"


def test_it_prints_on_a4(tmp_path: Path) -> None:
    document = tmp_path / "evidence.pdf"
    browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={document}")
    data = document.read_bytes()
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert len(boxes) > 5
    assert {(round(float(x)), round(float(y))) for x, y in boxes} == {(595, 842)}
