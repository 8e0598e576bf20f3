"""Command line: ``serve`` in the foreground, ``start`` and ``stop`` in the background."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.local_cloud.processes import start, stop


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    if options.command == "stop":
        return stop(options.state_dir)
    if options.command == "start":
        return start(options.state_dir, options.port, options.gateway_port)
    # Imported late: moto takes a second to load, which `stop` need not wait for.
    from scripts.local_cloud.cloud import run

    return run(options.state_dir, options.port, options.gateway_port)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m scripts.local_cloud", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    helps = {
        "serve": "run in the foreground",
        "start": "run in the background, and return once it answers",
        "stop": "end what `start` started with this folder",
    }
    for name, text in helps.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--state-dir", type=Path, default=Path(".local"), help="default: .local")
        if name != "stop":
            command.add_argument("--port", type=int, default=0, help="default: any that is free")
            command.add_argument("--gateway-port", type=int, default=0, help="default: any that is free")
    return top


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
