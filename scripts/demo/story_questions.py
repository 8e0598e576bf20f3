"""The scenes of questions on a patient's documents: answered with citations, refused, stopped, failing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
import requests

from scripts.demo.people import MARIA, PROVIDER, SAM, Person, relate
from scripts.demo.scenes import Scene, check, wait_for
from scripts.demo.story_documents import DocumentStory
from scripts.local_cloud.control import Control
from scripts.local_cloud.fault import Fault

if TYPE_CHECKING:
    from scripts.demo.story import Story

QUESTION: Final = "What medications should be continued after discharge?"
UNANSWERED: Final = "Which blood group does the patient have?"
# environments/local: rag.direct_caller. It has rows in the table of relationships, and no password.
CARE_NAVIGATION: Final = Person("care-navigation", ("Provider",), treats=(MARIA,))
SUMMARY: Final = """Discharge summary

Hospital course: Maria was admitted with hypertensive urgency and improved with oral treatment.

Discharge medications:
Continue lisinopril 10 mg daily.
Continue atorvastatin 20 mg at bedtime.
Stop ibuprofen.

Follow-up: visit with the primary care physician in two weeks.
"""
REPORT: Final = """Laboratory report

Creatinine 0.9 mg/dL, within the normal range.
Potassium 4.2 mmol/L, within the normal range.
"""
# Name of the object, title, date, content.
DOCUMENTS: Final = (
    ("discharge.txt", "Discharge summary", "2024-09-12", SUMMARY),
    ("laboratory.txt", "Lab report", "2024-09-10", REPORT),
)


@dataclass
class QuestionStory:
    """Asks over HTTP as clinicians do, by ``lambda.invoke`` as other systems do, and the database itself."""

    story: Story

    def scenes(self) -> list[Scene]:
        return [
            Scene(
                "Maria's discharge summary and lab report arrive, and Dr Rivera asks what to continue",
                "an answer from her own documents alone, every claim cited to the letter",
                self.answered,
            ),
            Scene(
                "She asks what the record does not tell",
                "not enough information is an answer, and nothing is made up",
                self.not_in_the_record,
            ),
            Scene(
                "She asks about somebody else's patient",
                "the API refuses before anything is searched",
                self.foreign_patient,
            ),
            Scene(
                "Somebody asks the database itself",
                "row-level security, forced: no context, no rows; another patient's, none of hers",
                self.database,
            ),
            Scene(
                "Another system invokes the function directly",
                "its caller is who Terraform says, and needs a treatment relationship as anybody does",
                self.direct,
            ),
            Scene(
                "The model fails, and answers nonsense",
                "a clear status, when to come back, and nothing disclosed",
                self.failing_model,
            ),
        ]

    # --- scenes ------------------------------------------------------------------------------

    def answered(self) -> str:
        documents = DocumentStory(self.story)
        for name, title, date, content in DOCUMENTS:
            documents.put(name, content.encode(), patient=MARIA, title=title, date=date)
        answer = self.until_supported(QUESTION)
        check("lisinopril 10 mg daily" in answer["answer"], "the answer names the drug with its dose")
        check("Discharge summary of 2024-09-12" in answer["sources"], "the source is named by title and date")
        for citation in answer["citations"]:
            quoted = self.quoted(citation)
            check(quoted in SUMMARY, f"the citation's span is what the document says: {quoted}")
        return f"{answer['answer']} [{answer['citations'][0]['source']}]"

    def not_in_the_record(self) -> str:
        answer = self.story.expect(200, self.ask(MARIA, UNANSWERED)).json()
        check(not answer["supported"] and answer["citations"] == [], "nothing is claimed")
        return str(answer["answer"])

    def foreign_patient(self) -> None:
        refused = self.story.expect(403, self.ask(SAM, QUESTION))
        check("lisinopril" not in refused.text, "nothing of anybody's record is in the refusal")

    def database(self) -> str:
        """As the functions' own database user, without the functions between: as if they were wrong."""
        seen = {
            name: self.rows(context)
            for name, context in {
                "without a context": {},
                "in Sam's": {"rag.patient_id": SAM, "rag.access_labels": "N"},
                "in Maria's without a label": {"rag.patient_id": MARIA},
                "in Maria's with hers": {"rag.patient_id": MARIA, "rag.access_labels": "N"},
            }.items()
        }
        hers = seen.pop("in Maria's with hers")
        check(hers > 0, "Maria's rows are there to be seen")
        check(not any(seen.values()), f"nobody sees them otherwise, and it was {seen}")
        return f"0 rows {', '.join(seen)}; {hers} in Maria's with hers"

    def direct(self) -> str:
        refused = self.invoke({"query": QUESTION, "patient_id": SAM})
        check(refused["statusCode"] == 403, f"Sam is not its patient, and it was {refused}")
        relate(self.story.deployment, CARE_NAVIGATION, CARE_NAVIGATION.username)
        answer = self.invoke({"query": QUESTION, "patient_id": MARIA, "top_k": 5})
        check(answer["statusCode"] == 200, f"Maria is, and it was {answer}")
        body = json.loads(answer["body"])
        check("lisinopril 10 mg daily" in body["answer"] and body["sources"], "it is answered with sources")
        return f"sources: {', '.join(body['sources'])}"

    def failing_model(self) -> str:
        control, said = Control(self.story.deployment.state), []
        try:
            for kind, status in (("throttle", 503), ("error", 503), ("garbage", 502)):
                control.set_faults([model_fault(kind)])
                failed = self.story.expect(status, self.ask(MARIA, QUESTION))
                check("Retry-After" in failed.headers, "the client is told when to come back")
                check("lisinopril" not in failed.text, "nothing is disclosed")
                said.append(f"{kind}: {failed.status_code} {failed.json()['code']}")
        finally:
            control.set_faults([])
        self.story.expect(200, self.ask(MARIA, QUESTION))
        return "; ".join(said)

    # --- asking ------------------------------------------------------------------------------

    def ask(self, patient_id: str, question: str, person: Person = PROVIDER) -> requests.Response:
        path, token = f"/patients/{patient_id}/questions", self.story.tokens[person.username]
        return self.story.request("POST", path, token, json={"question": question})

    def until_supported(self, question: str) -> dict[str, Any]:
        """Documents are read and embedded a moment after they came. Raises ``SceneFailedError``."""

        def answered() -> dict[str, Any] | None:
            answer: dict[str, Any] = self.story.expect(200, self.ask(MARIA, question)).json()
            all_there = answer["supported"] and len(answer["sources"]) >= len(DOCUMENTS)
            return answer if all_there else None

        return wait_for(answered, "the question is answered from both documents")

    def invoke(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The script of anybody who calls the function by its name."""
        name = self.story.deployment.outputs["function_names"]["rag_orchestrator"]
        client = self.story.deployment.client("lambda")
        answer = client.invoke(FunctionName=name, Payload=json.dumps(payload))
        read: dict[str, Any] = json.loads(answer["Payload"].read())
        return read

    def quoted(self, citation: Mapping[str, Any]) -> str:
        """What a citation points at, from the text that was made of the document."""
        table = self.story.deployment.outputs["tables"]["documents"]
        rows = self.story.deployment.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
        (row,) = [
            row
            for row in rows
            if row["entry"]["S"] == "current" and row["document_id"]["S"] == citation["document_id"]
        ]
        place = {"Bucket": row["bucket"]["S"], "Key": f"{row['folder']['S']}text.txt"}
        text = self.story.deployment.client("s3").get_object(**place)["Body"].read().decode()
        span = citation["span"]
        return str(text[span["start"] : span["end"]])

    # --- the database ------------------------------------------------------------------------

    def rows(self, context: Mapping[str, str]) -> int:
        """How many chunks ``rag_reader`` sees in a transaction with that context."""
        with self.connect("rag_reader") as session, session.transaction():
            for name, value in context.items():
                session.execute("SELECT set_config(%s, %s, true)", (name, value))
            return len(session.execute("SELECT chunk_id FROM rag.chunk").fetchall())

    def connect(self, user: str) -> psycopg.Connection[Any]:
        """A session by IAM authentication, with the administrator's own permission to connect."""
        state = self.story.deployment.state
        token = self.story.deployment.client("rds").generate_db_auth_token(
            DBHostname="localhost", Port=state.database_port, DBUsername=user
        )
        return psycopg.connect(
            host="localhost",
            port=state.database_port,
            dbname="rag",
            user=user,
            password=token,
            sslmode="verify-full",
            sslrootcert=state.database_ca_file,
        )


def model_fault(kind: Any, calls: Sequence[int] = ()) -> Fault:
    """Every call of the answering model's fails so, or those numbered in ``calls``."""
    probability = 0.0 if calls else 1.0
    return Fault(kind, "bedrock-runtime", "CreateChatCompletion", probability=probability, calls=tuple(calls))
