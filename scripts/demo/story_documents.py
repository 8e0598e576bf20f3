"""The scenes of medical documents: a summary in chunks, an image by its header, a bomb, a deletion."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from scripts.demo.people import MARIA
from scripts.demo.scenes import Scene, check, wait_for

if TYPE_CHECKING:
    from scripts.demo.story import Story

MASTER_OID: Final = "2.16.840.1.113883.19.5"  # environments/local: patient_identifier
LINES: Final = (
    "Discharge summary",
    "Maria was admitted with chest pain.",
    "Troponin stayed below 0.04 ng/mL.",
)
BOMB: Final = (
    '<!DOCTYPE b [<!ENTITY a "boom">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><b>&a9;</b>"
)


@dataclass
class DocumentStory:
    """Uploads to the deployed bucket as a hospital's archive would."""

    story: Story

    def scenes(self) -> list[Scene]:
        return [
            Scene(
                "A discharge summary arrives as PDF and as CCDA",
                "text in chunks, each with patient, span and label",
                self.summaries,
            ),
            Scene("A CT image arrives", "its header is read by ranges, its pixels never", self.image),
            Scene("An XML bomb arrives", "it is refused and nothing is expanded", self.bomb),
            Scene("The summary is deleted", "its text and chunks go with it", self.deletion),
        ]

    def summaries(self) -> str:
        pdf = self.wait("summary.pdf", self.put("summary.pdf", _pdf(), patient=MARIA))
        ccda = self.wait("summary.xml", self.put("summary.xml", _ccda(MARIA)))
        for row, kind in ((pdf, "pdf"), (ccda, "ccda")):
            check(
                (row["status"], row["kind"], row["patient_id"]) == ("stored", kind, MARIA), f"{kind} is read"
            )
            for chunk in self.chunks(row):
                check(chunk["patient_id"] == MARIA and chunk["access_label"] == "N", "each chunk says whose")
        return f"{pdf['chunks']} chunk of the PDF, {ccda['chunks']} of the CCDA document"

    def image(self) -> str:
        row = self.wait("image.dcm", self.put("image.dcm", _dicom(MARIA)))
        check((row["status"], row["patient_id"]) == ("stored", MARIA), "the image is Maria's by its issuer")
        check("Example" not in str(row["dicom"]), "no name is copied")
        return f"modality {row['dicom']['modality']['S']}, {row['dicom']['rows']['N']} rows"

    def bomb(self) -> str:
        row = self.wait("bomb.xml", self.put("bomb.xml", BOMB.encode(), patient=MARIA))
        check((row["status"], row.get("reason")) == ("quarantined", "xml_doctype"), "the bomb is refused")
        return "quarantined: xml_doctype"

    def deletion(self) -> None:
        bucket = self.story.deployment.outputs["documents_bucket"]
        row = self.wait("summary.pdf", "")
        marker = self.s3.delete_object(Bucket=bucket, Key=_key("summary.pdf"))["VersionId"]
        check(self.wait("summary.pdf", marker)["status"] == "removed", "the document is removed")
        shown = self.s3.list_objects_v2(Bucket=bucket, Prefix=row["folder"])
        check(shown["KeyCount"] == 0, "its text and chunks are shown no more")

    @property
    def s3(self) -> Any:
        return self.story.deployment.client("s3")

    def put(self, name: str, content: bytes, patient: str | None = None, **described: str) -> str:
        """``described``: title and date, for who reads what is answered from it."""
        bucket = self.story.deployment.outputs["documents_bucket"]
        metadata = {"access-label": "N"} | ({} if patient is None else {"patient-id": patient}) | described
        answer = self.s3.put_object(Bucket=bucket, Key=_key(name), Body=content, Metadata=metadata)
        return str(answer["VersionId"])

    def wait(self, name: str, version: str) -> dict[str, Any]:
        """The document's row once that version ("": any) is announced. Raises ``SceneFailedError``."""
        table = self.story.deployment.outputs["tables"]["documents"]

        def announced() -> dict[str, Any] | None:
            for item in self.story.deployment.client("dynamodb").scan(TableName=table)["Items"]:
                row = {field: next(iter(value.values())) for field, value in item.items()}
                current = row["entry"] == "current" and row["key"] == _key(name)
                if current and row["published"] and version in ("", row["version_id"]):
                    return row
            return None

        return wait_for(announced, f"{name} is read")

    def chunks(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        bucket, folder = row["bucket"], row["folder"]
        text = self.s3.get_object(Bucket=bucket, Key=f"{folder}text.txt")["Body"].read().decode()
        lines = self.s3.get_object(Bucket=bucket, Key=f"{folder}chunks.jsonl")["Body"].read().splitlines()
        chunks = [json.loads(line) for line in lines]
        check(all(text[c["start"] : c["end"]] == c["text"] for c in chunks), "spans are exact")
        check(bool(chunks), "there are chunks")
        return chunks


def _key(name: str) -> str:
    return f"incoming/demo/{name}"


def _pdf() -> bytes:
    drawn = ") Tj 0 -16 Td (".join(LINES)
    content = f"BT /F1 12 Tf 72 720 Td ({drawn}) Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    file, offsets = "%PDF-1.7\n", []
    for number, found in enumerate(objects, start=1):
        offsets.append(len(file))
        file += f"{number} 0 obj\n{found}\nendobj\n"
    rows = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    end = f"trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(file)}\n%%EOF"
    return f"{file}xref\n0 6\n0000000000 65535 f \n{rows}{end}".encode()


def _ccda(patient: str) -> bytes:
    sections = "".join(
        f"<component><section><title>{title}</title><text>{text}</text></section></component>"
        for title, text in (("Hospital course", LINES[1]), ("Results", LINES[2]))
    )
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Discharge summary</title>'
        '<confidentialityCode code="N"/><recordTarget><patientRole>'
        f'<id root="{MASTER_OID}" extension="{patient}"/></patientRole></recordTarget>'
        f"<component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"
    ).encode()


def _dicom(patient: str) -> bytes:
    data, meta = Dataset(), FileMetaDataset()
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, generate_uid()
    data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
    data.PatientID, data.IssuerOfPatientID, data.PatientName = patient, "MAIN", "Example^Maria"
    data.Modality, data.Rows, data.Columns, data.BitsAllocated = "CT", 64, 64, 16
    data.PixelRepresentation, data.PixelData = 0, bytes(64 * 64 * 2)
    data["PixelData"].VR = "OW"
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, CTImageStorage
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.file_meta = meta
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, enforce_file_format=True)
    return file.getvalue()
