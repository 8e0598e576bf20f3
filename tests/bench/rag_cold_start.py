"""Cold start of both RAG functions, from their zips, against importing the OpenAI SDK alone.

AWS and the model answer at once. rag_retrieval finds no database: it is measured to the answer that says so.
"""

from __future__ import annotations

import base64
import http.server
import json
import statistics
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.local_deployment import host_architecture
from scripts.package_functions import package
from tests.bench import canned_dynamodb
from tests.bench.functions import Process, Unpacked

COLD_STARTS = 11
QUOTE = "Continue lisinopril 10 mg once daily."
CONTEXT = {
    "source": "Discharge summary of 2024-09-12",
    "text": QUOTE,
    "chunk_id": "d#1",
    "document_id": "d",
    "start": 0,
    "end": len(QUOTE),
}
CLAIMS = {"supported": True, "claims": [{"text": QUOTE, "chunk_id": "1", "quote": QUOTE}]}
QUESTION = {"query": "What medications should be continued?", "patient_id": "P-1001"}
CALLER = {"subject": "bench", "roles": ["Provider"]}
ASKED = {**QUESTION, "caller": CALLER, "request_id": "00000000-0000-4000-8000-000000000000", "top_k": 5}
POSTGRESQL = {"kind": "postgresql", "host": "127.0.0.1", "port": 9, "database": "rag", "user": "rag_reader"}
ENVIRONMENT = {
    "ACCESS_LABELS": json.dumps({"Provider": ["N"]}),
    "DIRECT_CALLER": "bench",
    "EMBEDDINGS": json.dumps(
        {"provider": "bedrock", "model": "amazon.titan-embed-text-v2:0", "dimensions": 1024}
    ),
    "HASH_KEY_ID": "bench",
    "MODEL_API": "chat_completions",
    "MODEL_ENDPOINT": "{}",
    "MODEL_ID": "openai.gpt-oss-120b-1:0",
    "POLICY_VERSION": "bench",
    "RETRIEVAL_FUNCTION_NAME": "bench",
    "STORE": json.dumps(POSTGRESQL),
}
# Each with the event that it gets first.
FUNCTIONS: Mapping[str, tuple[str, str, object]] = {
    "SDK alone": ("rag_orchestrator", "sdk_alone.handler", {}),
    "rag_orchestrator": ("rag_orchestrator", "rag_orchestrator.handler.handler", QUESTION),
    "rag_retrieval": ("rag_retrieval", "rag_retrieval.handler.handler", ASKED),
}


class Handler(canned_dynamodb.Handler):
    """DynamoDB, KMS, Lambda and Bedrock, as far as one question goes."""

    def do_POST(self) -> None:  # noqa: N802  # http.server's name
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self._answer_to(asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _answer_to(self, asked: bytes) -> Any:
        if self.path.endswith("/chat/completions"):
            message = {"role": "assistant", "content": json.dumps(CLAIMS)}
            return {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}
        if self.path.endswith("/invocations"):
            return {"patient_id": QUESTION["patient_id"], "contexts": [CONTEXT]}
        if self.path.endswith("/invoke"):
            return {"embedding": [0.03] * 1024, "inputTextTokenCount": 5}
        if self.headers["X-Amz-Target"] == "TrentService.GenerateMac":
            return {
                "Mac": base64.b64encode(bytes(32)).decode(),
                "MacAlgorithm": "HMAC_SHA_256",
                "KeyId": "bench",
            }
        if b'"principal"' in asked:
            return {"Item": {"relationship": {"S": "treatment"}, "expires_at": {"N": "99999999999"}}}
        if self.headers["X-Amz-Target"].endswith(".GetItem"):
            return {"Item": {"demographics": {"M": {"family_name": {"S": "Doe"}}}}}
        return {}


def start() -> str:
    """Serve on a free port of the loopback address until the process ends; return the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def unpack(folder: Path) -> dict[str, Unpacked]:
    """Package both functions and unpack them. The SDK alone stands among the orchestrator's libraries."""
    zips = ("rag_orchestrator", "rag_retrieval")
    package(list(zips), host_architecture(), folder / "dist")
    for name in zips:
        zipfile.ZipFile(folder / "dist" / f"{name}.zip").extractall(folder / name)
    alone = "import openai\n\n\ndef handler(event, context):\n    return {}\n"
    (folder / "rag_orchestrator" / "sdk_alone.py").write_text(alone)
    return {name: Unpacked(folder / zipped, handler) for name, (zipped, handler, _) in FUNCTIONS.items()}


def right(name: str, answer: Any) -> bool:
    """Whether it is the answer that this is to measure."""
    if name == "rag_orchestrator":
        return bool(answer["statusCode"] == 200 and json.loads(answer["body"])["supported"])
    return bool(answer["problem"]["status"] == 503) if name == "rag_retrieval" else answer == {}


def main() -> None:
    """Print CPU and wall time from process start to the first answer, and the ratios of CPU."""
    endpoint_url = start()
    cpu: dict[str, list[float]] = {name: [] for name in FUNCTIONS}
    wall: dict[str, list[float]] = {name: [] for name in FUNCTIONS}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        functions = unpack(Path(folder))
        for _ in range(COLD_STARTS):
            for name, function in functions.items():
                process = Process(function, endpoint_url, ENVIRONMENT)
                _, payload = process.ask(json.dumps(FUNCTIONS[name][2]).encode())
                wall[name].append(time.perf_counter() - process.started)
                cpu[name].append(process.end())
                if not right(name, json.loads(payload)):
                    raise RuntimeError(f"{name} answered: {payload.decode()[:500]}")
    alone = statistics.median(cpu["SDK alone"])
    print(f"\nCold start, process start to first answer, median of {COLD_STARTS} each, in turn")
    for name in FUNCTIONS:
        used, clock = statistics.median(cpu[name]), statistics.median(wall[name])
        ratio = f"{used / alone:.2f} of the SDK alone"
        print(f"  {name:<18} CPU {used * 1000:6.0f} ms   wall {clock * 1000:6.0f} ms   {ratio}")
