"""Results are kept as they were reported: nothing is cut off, and nothing that turns them is left out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambda_src.hl7.world import Hl7World, message, msh, oru, pid

NOTE = "NTE|1|L|Specimen hemolyzed, \\T\\ repeat"


def results(hl7: Hl7World, text: str) -> list[dict[str, Any]]:
    assert hl7.send(text) == []
    (event,) = hl7.events()
    found: list[dict[str, Any]] = event["results"]
    return found


@pytest.mark.parametrize(
    ("sent", "name", "kept"),
    [
        ("OBX|1|TX|600-7^Culture^LN||Strep A & B positive||||||F", "values", ["Strep A & B positive"]),
        (
            "OBX|1|CE|600-7^Culture^LN||1^E. coli & Klebsiella^L||||||F",
            "values",
            ["1^E. coli & Klebsiella^L"],
        ),
        ("OBX|1|NM|1^A & B antibody^L||5||||||F", "name", "A & B antibody"),
        ("OBX|1|NM|1^K^L||5.1|mmol/L|<3 & >6||||F", "reference_range", "<3 & >6"),
        ("OBX|1|NM|1^K^L||5.1|mmol/L|3.5^5.0||||F", "reference_range", "3.5^5.0"),
        ("OBX|1|NM|1^K^L||6.9|mmol/L|3.5-5|D~HH|||F", "abnormal_flags", "D~HH"),
        ("OBX|1|CWE|1^K^L||6.9|||H^High^HL70078~A^Abnormal^HL70078|||F", "abnormal_flags", "H~A"),
        ("OBX|1|ST|6463-4^Organism^LN|2|E. coli||||||F", "sub_id", "2"),
    ],
)
def test_what_is_reported_is_kept_whole(hl7: Hl7World, sent: str, name: str, kept: object) -> None:
    assert results(hl7, oru(sent))[0][name] == kept


def test_comments_stay_with_what_they_are_about(hl7: Hl7World) -> None:
    # ORU^R01 has comments on the patient, the order and each result: HL7 v2.5.1, 7.3.1
    text = message(
        msh("ORU^R01"),
        pid(),
        "NTE|1||of the patient",
        "OBR|1|PO1|FO1|24323-8^Panel^LN",
        "NTE|1||of the order",
        "OBX|1|NM|2823-3^K^LN||6.9||||||F",
        NOTE,
        "NTE|2|L|first~second",
        "OBX|2|NM|2951-2^Na^LN||140||||||F",
    )
    potassium, sodium = results(hl7, text)
    assert potassium["comments"] == ["Specimen hemolyzed, & repeat", "first", "second"]
    assert "comments" not in sodium
    assert potassium["order_comments"] == sodium["order_comments"] == ["of the order"]
