"""Command line: ``serve`` in the foreground, ``start`` and ``stop`` in the background, ``fire`` a rule."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts.local_cloud.control import Control, ControlError
from scripts.local_cloud.processes import start, stop
from scripts.local_cloud.state import read_state


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    if options.command == "stop":
        return stop(options.state_dir)
    if options.command == "start":
        return start(options.state_dir, options.port, options.gateway_port)
    if options.command == "fire":
        return fire(options.state_dir, options.rule, options.bus, options.event)
    # Imported late: moto takes a second to load, which `stop` need not wait for.
    from scripts.local_cloud.cloud import run

    return run(options.state_dir, options.port, options.gateway_port)


def fire(state_dir: Path, rule: str, bus: str, event: Path | None) -> int:
    state = read_state(state_dir)
    if state is None:
        print("No local cloud runs.", file=sys.stderr)
        return 1
    try:
        targets = Control(state).fire(rule, json.loads(event.read_text()) if event else None, bus)
    except ControlError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(f"sent to {target}" for target in targets) or "the rule has no targets")
    return 0


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
        if name in ("serve", "start"):
            command.add_argument("--port", type=int, default=0, help="default: any that is free")
            command.add_argument("--gateway-port", type=int, default=0, help="default: any that is free")
    text = "send a rule's targets an event now"
    command = commands.add_parser("fire", help=text, description=text)
    command.add_argument("rule", help="its name")
    command.add_argument("--bus", default="default", help="default: the default bus")
    command.add_argument("--event", type=Path, help="a JSON file; a rule with a schedule needs none")
    command.add_argument("--state-dir", type=Path, default=Path(".local"), help="default: .local")
    return top


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
