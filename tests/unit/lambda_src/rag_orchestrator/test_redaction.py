"""What redaction takes out of a question, and what it must leave. Everyone in it is invented."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rag_orchestrator.redaction import (
    LAYERS,
    Finding,
    KnownValue,
    Redaction,
    known_values,
    patterns,
    redact,
    redactor,
    without_overlaps,
)
from rag_orchestrator.redaction_kinds import KINDS

from tests.unit.lambda_src.world import DEMOGRAPHICS

JANE = known_values(DEMOGRAPHICS | {"phone": "+12025550143", "email": "jane.doe@example.org"})


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Does Mrs. Okonkwo take lisinopril?", "Does Mrs. [NAME] take lisinopril?"),
        ("Has John Smith been seen by Dr. Patel?", "Has [NAME] been seen by Dr. [NAME]?"),
        ("what meds is jane ramirez on", "what meds is [NAME] on"),
        ("Patient named Jane Q. Public has pain.", "Patient named [NAME] has pain."),
        ("Ramirez, Jane was discharged.", "[NAME] was discharged."),
        ("His daughter Nkechi called.", "His daughter [NAME] called."),
        ("Sarah Chen, MD reviewed it.", "[NAME], MD reviewed it."),
        ("Summarize O'Brien-Lopez's potassium.", "Summarize [NAME]'s potassium."),
        ("Lives at 12 Elm Street, Apt 4B, Springfield, IL 62701.", "Lives at [LOCATION]."),
        ("She lives in Boise.", "She lives in [LOCATION]."),
        ("Transferred from Mercy General Hospital.", "Transferred from [LOCATION]."),
        ("Use P.O. Box 118, zip code 62701.", "Use [LOCATION], zip code [LOCATION]."),
        ("What changed after 12 September 2024?", "What changed after [DATE]?"),
        ("Seen on 9/12 and 2024-09-13T10:00Z.", "Seen on [DATE] and [DATE]."),
        ("DOB 01/31/1970", "DOB [DATE]"),
        ("since the twelfth of May", "since the [DATE]"),
        ("Tuesday, March 3, 2020", "[DATE]"),
        ("admitted in March", "admitted in [DATE]"),
        ("The 94-year-old fell.", "The [AGE] fell."),
        ("a ninety-two year old man", "a [AGE] man"),
        ("Call (202) 555-0143 x12.", "Call [PHONE]."),
        ("Phone +44 20 7946 0018", "Phone [PHONE]"),
        ("Fax the note to 202-555-0199.", "Fax the note to [FAX]."),
        ("Write to j.doe+x@example.org.", "Write to [EMAIL]."),
        ("SSN 987-65-4321", "SSN [SSN]"),
        ("social security number is 987654321", "social security number is [SSN]"),
        ("MRN: 00482913", "MRN: [MRN]"),
        ("medical record number A-48291", "medical record number [MRN]"),
        ("Medicare 1EG4-TE5-MK73", "Medicare [HEALTH_PLAN]"),
        ("member ID XQJ884201", "member ID [HEALTH_PLAN]"),
        ("account no. 44712231", "account no. [ACCOUNT]"),
        ("pay from DE89 3704 0044 0532 0130 00", "pay from [ACCOUNT]"),
        ("NPI 1234567893", "NPI [LICENSE]"),
        ("ordered under AB1234563", "ordered under [LICENSE]"),
        ("driver's license D1234567", "driver's license [LICENSE]"),
        ("found in 1HGCM82633A004352", "found in [VEHICLE]"),
        ("plate 7ABC123", "plate [VEHICLE]"),
        ("pacemaker serial PM-449812", "pacemaker serial [DEVICE]"),
        ("at 00:1B:44:11:3A:B7", "at [DEVICE]"),
        ("See https://portal.example.org/p?id=3.", "See [URL]."),
        ("from 192.0.2.17 and 2001:db8::7", "from [IP] and [IP]"),
        ("fingerprint ID FP-88213", "fingerprint ID [BIOMETRIC]"),
        ("compare with IMG_1234.jpg", "compare with [PHOTO]"),
        ("encounter #E-2219907", "encounter #[ID]"),
        ("123e4567-e89b-12d3-a456-426614174000", "[ID]"),
    ],
)
def test_identifiers_go(text: str, redacted: str) -> None:
    assert redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Is the Parkinson's disease stable on carbidopa-levodopa 25/100 mg three times daily?",
        "Does the patient have Crohn's disease, Hodgkin lymphoma or Graves disease?",
        "Was the Foley catheter removed before the Holter monitor was placed?",
        "Has a Babinski sign, Romberg test or Murphy's sign been documented?",
        "Glasgow Coma Scale 15, Apgar score 9, BP 120/80 mmHg, pulse 72, 98.6 F, SpO2 97%.",
        "ICD-10 E11.9, CPT 99213, LOINC 4548-4, SNOMED 44054006, RxCUI 314076.",
        "Strength 5/5, murmur 2/6, pain 7/10, on 1/2 tablet every 8 hours for 10 days.",
        "Why was Zestril switched to Cozaar, and did Lasix 40 mg PO BID help?",
        "Was the echocardiogram at 14:30 in Room 3 normal? EF 55-60%.",
        "The 67-year-old has had diabetes since 2012 and smoked 100 pack-years.",
        "Discharge Summary: Past Medical History, Review of Systems, Assessment and Plan.",
        "Any Epstein-Barr virus, Guillain-Barre syndrome or Stevens-Johnson syndrome?",
        "Give 500000 units; platelets 250000; eGFR 58 mL/min/1.73 m2.",
        "The OCT 3 weeks ago and the MAR were reviewed.",
        "may the patient march on?",
        "What medications should be continued after discharge?",
        "rs1799853, BRCA1 c.5266dupC, NCT01234567",
        "Was she born in California or Canada?",
    ],
)
def test_medicine_stays(text: str) -> None:
    assert redact(text).found == ()


@pytest.mark.parametrize(
    "text",
    [
        "Is jane DOE better?",
        "DOE, J. is better",
        "Janë Doe",
        "J. Doe asked",
        "born 31.1.70",
        "born January 31st, 1970",
        "01311970",
        "1970/01/31",
        "1 example st",
        "1 EXAMPLE STREET",
        "from springfield",
        "62701",
        "202.555.0143",
        "+1 (202) 555-0143",
        "555-0143",
        "JANE.DOE@example.org",
    ],
)
def test_the_patients_own_are_known_however_they_are_written(text: str) -> None:
    found = redact(text, JANE, layers=()).found
    assert found
    assert {finding.kind for finding in found} <= {value.kind for value in JANE}


def test_a_name_that_is_a_word_needs_a_reason() -> None:
    known = (KnownValue("NAME", "Long"), KnownValue("NAME", "May"))
    assert redact("How long may she take it?", known).found == ()
    assert redact("Did May Long sleep?", known).text == "Did [NAME] sleep?"
    assert redact("Is Long's pain better?", known).text == "Is [NAME]'s pain better?"


def test_known_values_of_a_record() -> None:
    assert known_values(DEMOGRAPHICS) == (
        ("NAME", "Doe"),
        ("NAME", "Jane"),
        ("DATE", "1970-01-31"),
        ("LOCATION", "1 Example Street"),
        ("LOCATION", "Springfield"),
        ("LOCATION", "62701"),
    )
    odd: dict[str, Any] = {"family_name": None, "given_name": " ", "address": "x", "phone": 3}
    assert known_values(odd) == ()


def test_kept_kinds_stay_but_for_the_patients_own() -> None:
    kept = redactor(Redaction(keep=frozenset({"DATE"})))
    text = "Was Mrs. Okonkwo seen on 2024-09-12? DOB 1970-01-31"
    assert kept(text, JANE).text == "Was Mrs. [NAME] seen on 2024-09-12? DOB [DATE]"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", Redaction()),
        ("{}", Redaction()),
        ('{"keep": ["DATE"]}', Redaction(keep=frozenset({"DATE"}))),
        (
            '{"layers": ["patterns", "spacy"], "spacy_model": "m"}',
            Redaction(("patterns", "spacy"), spacy_model="m"),
        ),
    ],
)
def test_the_setting(setting: str, expected: Redaction) -> None:
    assert Redaction.from_json(setting) == expected


@pytest.mark.parametrize(
    "setting", ["[]", '{"layer": []}', '{"layers": []}', '{"layers": ["x"]}', '{"keep": ["x"]}', "{"]
)
def test_a_wrong_setting_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Redaction.from_json(setting)


def test_the_longest_wins_and_nothing_is_left_of_the_others() -> None:
    found = [Finding("DATE", 0, 6), Finding("NAME", 4, 14), Finding("ID", 5, 9), Finding("MRN", 14, 16)]
    assert without_overlaps(found) == [
        Finding("DATE", 0, 4),
        Finding("NAME", 4, 14),
        Finding("MRN", 14, 16),
    ]


PIECES = st.sampled_from(
    ["Dr. ", "Jane ", "Doe", ", ", "MRN ", "12/3", "/2024", " 555-0143", "at 1 Elm St", "\n", "é", "'s ", "@",
     "a.example.org", "::1", "9" * 12, "May ", "born ", "Mrs", " ", "İ", "ß", "ﬁ", "\u0301"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map("".join))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    redacted = redact(text, JANE)
    rebuilt, end = "", 0
    for kind, start, stop in redacted.found:
        assert kind in KINDS
        assert end <= start < stop <= len(text)
        rebuilt += text[end:start] + f"[{kind}]"
        end = stop
    assert redacted.text == rebuilt + text[end:]
    assert redacted == redact(text, JANE)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.sampled_from(JANE), st.text(max_size=30))
def test_a_value_of_the_record_never_stays(before: str, value: KnownValue, after: str) -> None:
    redacted = redact(f"{before} {value.value} {after}", JANE).text
    assert value.value not in redacted or value.value in before + after


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2_000, "1" * 2_000, "1-" * 1_000, "A " * 1_000, "Jane " * 400, "Dr. " * 500, ": " * 1_000,
        "1 A " * 500, "a." * 1_000, "MRN " * 500, "(" * 2_000, "Smith, " * 300, "12 May " * 300,
    ],
)  # fmt: skip
def test_hostile_texts_are_read(text: str) -> None:
    """How long they take is for `make bench`; that no pattern recurses or runs away is for here."""
    found = patterns(text)
    assert all(0 <= finding.start < finding.end <= len(text) for finding in found)


def test_layers_are_those_of_the_documentation() -> None:
    assert LAYERS == ("patterns", "comprehend", "spacy")
