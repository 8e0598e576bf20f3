"""Whom a message is about, what it says of them, and which messages are none of ours."""

from __future__ import annotations

import pytest
from hl7_ingest.headers import ADT_EVENTS

from tests.unit.lambda_src.hl7.world import (
    JANE,
    JOHN,
    Hl7World,
    adt,
    evn,
    message,
    mrn,
    msh,
    oru,
    pdf_result,
    pid,
    pv1,
)

AT = "20260131093000"
OTHER_FIELDS = "||||"


@pytest.mark.parametrize(
    "ids",
    [
        mrn(JANE),
        f"999^^^STATE^SS~{mrn(JANE)}",
        f"{JOHN}^^^OTHER&9.9.9&ISO^MR~{mrn(JANE)}~{JOHN}^^^HOSP&1.2.3.4&ISO^AN",
        f"{JANE}^^^HOSP^MR",
        f"{JANE}^^^&1.2.3.4&ISO^MR",
        f"{JANE}^^^HOSP",
        f"{mrn(JANE)}~{mrn(JANE)}",
        f'""^^^HOSP&1.2.3.4&ISO^MR~{mrn(JANE)}',
    ],
)
def test_the_patient_is_chosen_by_authority_and_type(hl7: Hl7World, ids: str) -> None:
    assert hl7.send(adt("A28", AT, ids=ids)) == []
    assert [event["patient_id"] for event in hl7.events()] == [JANE]


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        (JANE, "unknown_patient_identifier"),  # no authority at all
        (f"{JANE}^^^OTHER^MR", "unknown_patient_identifier"),
        (f"{JANE}^^^HOSP^AN", "unknown_patient_identifier"),
        (f"{JANE}^^^HOSP&9.9.9&ISO^MR", "unknown_patient_identifier"),
        (f"{mrn(JANE)}~{mrn(JOHN)}", "ambiguous_patient_identifier"),
        ("no id^^^HOSP^MR", "data_type"),
        ('""', "unknown_patient_identifier"),
        (" ", "unknown_patient_identifier"),
    ],
)
def test_whom_nothing_says_for_sure_is_quarantined(hl7: Hl7World, ids: str, code: str) -> None:
    assert hl7.send(adt("A28", AT, ids=ids)) == []
    assert hl7.quarantined() == [(code, "PID", 3)]
    assert hl7.rows() == []


def test_pid_2_is_not_the_record_number(hl7: Hl7World) -> None:
    text = adt("A28", AT).replace("PID|1||", f"PID|1|{mrn(JOHN)}|")
    hl7.send(text)
    assert [event["patient_id"] for event in hl7.events()] == [JANE]
    hl7.send(message(msh("ADT^A28"), evn(AT), f"PID|1|{mrn(JOHN)}|||Doe^John"))
    assert hl7.quarantined() == [("unknown_patient_identifier", "PID", 3)]


def test_two_patients_keep_apart(hl7: Hl7World) -> None:
    """hl7apy's str(pid.PID_3) is the same for every patient: it names the field and not its value."""
    hl7.send(adt("A28", AT, JANE), adt("A28", AT, JOHN, name="Doe^John"))
    assert [hl7.state(who)["demographics"]["given_name"] for who in (JANE, JOHN)] == ["Jane", "John"]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Doe^Jane^Q^III^Dr", ("Doe", "Jane", "Q", "III", "Dr")),
        ("van Berg&van&Berg^Maria", ("van Berg", "Maria", None, None, None)),
        ("Nick^N^^^^^N~Legal^L^^^^^L~Maiden^M^^^^^M", ("Legal", "L", None, None, None)),
        ("First^F~Second^S", ("First", "F", None, None, None)),
        ("O\\T\\Neill^Jo", ("O&Neill", "Jo", None, None, None)),
    ],
)
def test_names_have_components_and_subcomponents(
    hl7: Hl7World, name: str, read: tuple[str | None, ...]
) -> None:
    hl7.send(adt("A28", AT, name=name))
    found = hl7.state()["demographics"]
    assert (
        tuple(found.get(part) for part in ("family_name", "given_name", "middle_name", "suffix", "prefix"))
        == read
    )


def test_null_deletes_and_empty_leaves_as_it_is(hl7: Hl7World) -> None:
    rest = "F|||1 Main St^^Springfield^IL^62701^USA||555-0100^PRN^PH~^NET^Internet^jane@example.org|555-0199"
    hl7.send(adt("A28", "20260131090000", name="Doe^Jane^Q", rest=rest))
    before = hl7.state()["demographics"]
    assert before["address"]["city"] == "Springfield"
    assert (before["home_phone"], before["email"], before["business_phone"]) == (
        "555-0100",
        "jane@example.org",
        "555-0199",
    )
    hl7.send(adt("A31", "20260131100000", name="", born="", rest=""))
    assert hl7.state()["demographics"] == before
    hl7.send(adt("A31", "20260131110000", name='^^""', born='""', rest='""|||""||""|""'))
    after = hl7.state()["demographics"]
    assert after == {"family_name": "Doe", "given_name": "Jane", "email": "jane@example.org"}
    hl7.send(adt("A31", "20260131120000", name='""', born="", rest=""))
    assert hl7.state()["demographics"] == {"email": "jane@example.org"}
    assert hl7.events()[-1]["deleted"] == ["family_name", "given_name", "middle_name", "prefix", "suffix"]


def test_null_in_a_component_is_no_value(hl7: Hl7World) -> None:
    before = "F|||||555-0100^PRN^PH~^NET^Internet^jane@example.org"
    hl7.send(adt("A01", "20260131090000", rest=before, visit='""^^^HOSP', location='3W^""^""'))
    visit = hl7.visit("unnumbered")
    assert visit["details"]["location"] == {"point_of_care": "3W"}
    hl7.send(adt("A31", "20260131100000", rest='F|||||""^PRN^PH~^NET^Internet^""'))
    assert {"home_phone", "email"}.isdisjoint(hl7.state()["demographics"])


def test_an_address_is_one_value(hl7: Hl7World) -> None:
    hl7.send(adt("A28", "20260131090000", rest="F|||1 Main St^Apt 4^Springfield^IL^62701^USA"))
    hl7.send(adt("A31", "20260131100000", rest="F|||2 Elm St^^Shelbyville"))
    assert hl7.state()["demographics"]["address"] == {"line": "2 Elm St", "city": "Shelbyville"}


@pytest.mark.parametrize(
    ("born", "read"),
    [("19700131", "1970-01-31"), ("197001310830", "1970-01-31"), ("1970", "1970"), ("197001", "1970-01")],
)
def test_birth_dates(hl7: Hl7World, born: str, read: str) -> None:
    hl7.send(adt("A28", AT, born=born))
    assert hl7.state()["demographics"]["birth_date"] == read


def test_the_social_security_number_stays_in_the_original(hl7: Hl7World) -> None:
    hl7.send(adt("A28", AT, rest="F" + "|" * 11 + "987-65-4321"))
    assert "987-65-4321" not in str(hl7.rows())


@pytest.mark.parametrize(
    "version",
    ["2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2"],
)
def test_every_event_in_every_version(hl7: Hl7World, version: str) -> None:
    codes = sorted(ADT_EVENTS)
    for code in codes:
        segments = [msh(f"ADT^{code}", version=version), evn(AT), pid(), pv1(), "MRG|" + mrn(JOHN)]
        assert hl7.send(message(*segments)) == []
    assert hl7.send(oru("OBX|1|ST|a^b^c||d").replace("|2.5.1", f"|{version}")) == []
    assert sorted(row["trigger_event"] for row in hl7.events()) == [*codes, "R01"]
    assert hl7.quarantined() == []


@pytest.mark.parametrize("kind", ["ADT^A01^ADT_A01", "ADT^A04^ADT_A01", "ADT^A01"])
def test_the_trigger_is_msh_9_and_not_evn_1(hl7: Hl7World, kind: str) -> None:
    hl7.send(message(msh(kind), evn(AT, "A03"), pid(), pv1()))
    assert [row["trigger_event"] for row in hl7.events()] == [kind.split("^")[1]]


def test_evn_1_counts_only_where_msh_9_of_an_old_version_has_no_event(hl7: Hl7World) -> None:
    hl7.send(message(msh("ADT", version="2.1"), evn(AT, "A01"), pid(), pv1()))
    assert [row["trigger_event"] for row in hl7.events()] == ["A01"]
    hl7.send(message(msh("ADT", version="2.5"), evn(AT, "A01"), pid(), pv1()))
    assert hl7.quarantined() == [("unsupported_event_code", "MSH", 9)]


def test_a_message_without_evn_is_of_when_it_was_sent(hl7: Hl7World) -> None:
    hl7.send(message(msh("ADT^A01", sent="20260131093000-0500"), pid(), pv1()))
    assert hl7.events()[0]["occurred_at"] == "2026-01-31T14:30:00.000Z"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (message(msh("ADT^A17"), evn(AT), pid(), pv1()), ("unsupported_event_code", "MSH", 9)),
        (message(msh("ORM^O01"), pid()), ("unsupported_message_type", "MSH", 9)),
        (message(msh("ORU^R30"), pid()), ("unsupported_event_code", "MSH", 9)),
        (message(msh(""), evn(AT, "A01"), pid(), pv1()), ("required", "MSH", 9)),
        (message(msh("ADT^A01", ""), evn(AT), pid(), pv1()), ("required", "MSH", 10)),
        (
            message(msh("ADT^A01", version="3.0"), evn(AT), pid(), pv1()),
            ("unsupported_version_id", "MSH", 12),
        ),
        (
            message(msh("ADT^A01", version="2.9"), evn(AT), pid(), pv1()),
            ("unsupported_version_id", "MSH", 12),
        ),
        (message(msh("ADT^A01", version=""), evn(AT), pid(), pv1()), ("required", "MSH", 12)),
        (
            message(msh("ADT^A01", processing_id="T"), evn(AT), pid(), pv1()),
            ("unsupported_processing_id", "MSH", 11),
        ),
        (message(msh("ADT^A01"), evn(AT), pv1()), ("segment_sequence", "PID", 0)),
        (message(msh("ADT^A01"), evn(AT), pid()), ("segment_sequence", "PV1", 0)),
        (message(msh("ADT^A40"), evn(AT), pid()), ("segment_sequence", "MRG", 0)),
        (message(msh("ORU^R01"), pid()), ("segment_sequence", "OBX", 0)),
        (
            message(msh("ORU^R01"), pid(), "OBX|1|ST|a||b", pid(JOHN), "OBX|1|ST|a||b"),
            ("several_patients", "PID", 0),
        ),
        (message(msh("ADT^A01"), evn("yesterday"), pid(), pv1()), ("data_type", "EVN", 2)),
        (message(msh("ADT^A01", sent="20261399"), pid(), pv1()), ("data_type", "MSH", 7)),
        (message(msh("ADT^A01", sent=""), pid(), pv1()), ("required", "MSH", 7)),
        (message(msh("ADT^A01"), evn("20990101000000"), pid(), pv1()), ("future_time", "EVN", 2)),
        (message(msh("ADT^A01"), evn(AT), pid(born="19701331"), pv1()), ("data_type", "PID", 7)),
        (message(msh("ADT^A01"), evn(AT), pid(born="197013"), pv1()), ("data_type", "PID", 7)),
        (message(msh("ADT^A01"), evn(AT), pid(born="0000"), pv1()), ("data_type", "PID", 7)),
        (message(msh("ADT^A01"), evn(AT), pid(), pv1("V" * 201)), ("data_type", "PV1", 19)),
        (message(msh("ADT^A40"), evn(AT), pid(JANE), "MRG|" + mrn(JANE)), ("merge_cycle", "MRG", 1)),
        (
            message(msh("ADT^A40"), evn(AT), pid(JANE), "MRG|P-1^^^OTHER^MR"),
            ("unknown_patient_identifier", "MRG", 1),
        ),
    ],
)
def test_the_rest_is_quarantined_with_its_place(
    hl7: Hl7World, text: str, reason: tuple[str, str, int]
) -> None:
    assert hl7.send(text) == []
    assert hl7.quarantined() == [reason]
    assert hl7.rows() == []
    assert hl7.announced == []


def test_results_too_large_for_a_row_stay_in_the_original(hl7: Hl7World) -> None:
    lines = [f"OBX|{n}|TX|1^Note^L||{'x' * 1000}||||||F" for n in range(400)]
    assert hl7.send(oru(*lines)) == []
    (event,) = hl7.events()
    assert event["results_in_original"] is True
    assert "results" not in event
    assert hl7.objects(event["original"])


def test_a_row_that_cannot_be_stored_is_quarantined(hl7: Hl7World) -> None:
    assert hl7.send(adt("A28", AT, name="x" * 400_000)) == []
    assert hl7.quarantined() == [("too_large", "none", 0)]


def test_results_do_not_touch_demographics(hl7: Hl7World) -> None:
    hl7.send(adt("A28", AT), oru(pdf_result(b"%PDF")).replace("Doe^Jane", "Wrong^Name"))
    assert hl7.state()["demographics"]["family_name"] == "Doe"
