"""``python -m scripts.site build|serve [--port N]``: make site, make site-check and make site-serve."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scripts.site import built, diagrams
from scripts.site.assemble import assemble
from scripts.site.paths import ROOT
from scripts.site.problems import SiteError, refuse

FOLDER = ROOT / ".local" / "site"
ENVIRONMENT = ROOT / ".venv-docs" / "bin"


def build() -> Path:
    """Assemble, build strictly, and look at what was built. Raises ``SiteError``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    print("Gathering the pages, and drawing diagrams that have changed ...", flush=True)
    count = assemble(
        FOLDER, lambda sources: diagrams.drawn(sources, ENVIRONMENT / "python", FOLDER / "diagrams")
    )
    print(f"Building {count} pages ...", flush=True)
    run_mkdocs()
    refuse(built.problems(FOLDER / "html"), "In the pages that were built")
    return FOLDER / "html"


def run_mkdocs() -> None:
    # Material's banner on MkDocs 2, which is not installed here, is no news of this build.
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    command = [str(ENVIRONMENT / "mkdocs"), "build", "--strict", "--quiet", "--clean"]
    finished = subprocess.run(
        [*command, "--config-file", str(FOLDER / "mkdocs.yml")],
        capture_output=True,
        text=True,
        env=quiet,
        check=False,
    )
    if finished.returncode != 0:
        raise SiteError(f"MkDocs built nothing:\n{finished.stdout}{finished.stderr}")


def serve(folder: Path, port: int) -> None:
    """Until Ctrl-C, on this machine alone. Raises ``SiteError`` where the port is not free."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise SiteError(
            f"Port {port} cannot be served ({error.strerror}). The site is built; choose another port: "
            "make site-serve PORT=8001 (0: any that is free)."
        ) from error
    print(f"http://127.0.0.1:{server.server_address[1]}/   (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.site", description="Build the documentation's site."
    )
    parser.add_argument("command", choices=["build", "serve"])
    parser.add_argument("--port", type=int, default=8000, help="of serve; 0: any that is free")
    options = parser.parse_args(arguments)
    try:
        folder = build()
        print(f"The site is in {folder}: open {folder / 'index.html'}, or `make site-serve` for its search.")
        if options.command == "serve":
            serve(folder, options.port)
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
