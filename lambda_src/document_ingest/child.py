"""Reads a file in a process of its own, with limits of memory and time that no document can pass.

A reader that is led astray by a hostile file can crash, fill the memory or never end: here that ends a child,
and the document is in quarantine. The child's environment holds no credentials, its output goes nowhere but
into the answer.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from document_ingest.extraction import OUT_OF_MEMORY
from document_ingest.faults import Rejected
from document_ingest.objects import StoredObject
from document_ingest.texts import Extracted, Passage

_PR_SET_DUMPABLE: Final = 4  # <linux/prctl.h>

# Memory that can't be had: PDFium ends itself with one of these (its allocator's "immediate crash").
_CRASHES: Final[dict[int, str]] = {
    signal.SIGXCPU: "limit_time",
    signal.SIGXFSZ: "limit_text",
    signal.SIGKILL: "limit_memory",
}
# What loaders and shells say of a program that can't be run.
_NOT_STARTED: Final = frozenset({126, 127})
# Lambda's Python finds its own library by this alone: it lies in /var/lang/lib, which no loader knows.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_LIBRARIES: Final = "LD_LIBRARY_PATH"


class ReaderNotStartedError(Exception):
    """Python itself can't be started, which says nothing of the document. Its text is a constant."""

    def __init__(self) -> None:
        super().__init__("the reader could not be started: no document was read")


def close_to_children() -> None:
    """Keep this process's memory and environment, the role's credentials in it, from what it starts.

    A child runs as the same user, and could otherwise read /proc/PID/environ and /proc/PID/mem of its parent.
    https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html. OSError where Linux refuses; elsewhere
    than on Linux, where no function runs, there is nothing to close.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE) was refused: no document was read")


@dataclass(frozen=True, slots=True)
class Reader:
    """What one child may use: megabytes of address space, and seconds of processor time."""

    megabytes: int
    seconds: int

    def read(self, stored: StoredObject, kind: str, charset: str) -> Extracted:
        """The text of an object; Rejected where it has none to give within the limits.

        ReaderNotStartedError where that is not the object's doing.
        """
        with tempfile.TemporaryDirectory(prefix="document-") as folder:
            source, answer = Path(folder, "document"), Path(folder, "answer")
            with source.open("wb") as file:
                stored.copy_to(file)
            return self._answer(kind, source, answer, charset)

    def _answer(self, kind: str, source: Path, answer: Path, charset: str) -> Extracted:
        command = [sys.executable, "-m", "document_ingest.extraction"]
        command += [kind, str(source), str(answer), charset, str(self.megabytes), str(self.seconds)]
        environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
        if _LIBRARIES in os.environ:
            environment[_LIBRARIES] = os.environ[_LIBRARIES]
        try:
            ended = subprocess.run(
                command,
                env=environment,
                cwd=source.parent,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=2 * self.seconds,  # a child that sleeps uses no processor time
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Rejected("limit_time") from None
        if ended.returncode in _NOT_STARTED:
            raise ReaderNotStartedError
        if ended.returncode == OUT_OF_MEMORY:
            raise Rejected("limit_memory")
        if ended.returncode != 0:
            raise Rejected(_CRASHES.get(-ended.returncode, "parser_crashed"))
        return _extracted(json.loads(answer.read_text(encoding="utf-8")))


def _extracted(found: dict[str, object]) -> Extracted:
    if "rejected" in found:
        raise Rejected(str(found["rejected"]))
    answer: dict[str, Any] = dict(found)
    answer["passages"] = [Passage(**passage) for passage in answer["passages"]]
    answer["patients"] = [tuple(patient) for patient in answer["patients"]]
    return Extracted(**answer)
