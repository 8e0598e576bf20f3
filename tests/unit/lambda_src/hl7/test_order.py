"""Late, early and equal: whatever the order of arrival, the order of events counts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hl7_ingest import states
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambda_src.hl7.world import JANE, JOHN, Hl7World, adt, message, mrn, msh, oru

NINE, TEN, ELEVEN, TWELVE = (f"20260131{hour:02d}0000" for hour in (9, 10, 11, 12))


def merge(into: str, prior: str, at: str, **more: Any) -> str:
    return adt("A40", at, into, **more) + f"MRG|{mrn(prior)}\r"


def test_a_late_admission_does_not_undo_a_discharge(hl7: Hl7World) -> None:
    hl7.send(adt("A03", TEN, location="4E^1"), adt("A01", NINE, location="3W^1", name="Old^Name"))
    assert hl7.visit()["status"] == "discharged"
    assert hl7.visit()["details"]["location"]["point_of_care"] == "4E"
    assert hl7.state()["demographics"]["family_name"] == "Doe"
    assert [event["trigger_event"] for event in hl7.events()] == ["A01", "A03"]


def test_a_new_admission_after_a_discharge_is_another_visit(hl7: Hl7World) -> None:
    hl7.send(adt("A01", NINE), adt("A03", TEN), adt("A01", ELEVEN, visit="V2"))
    assert (hl7.visit("V1")["status"], hl7.visit("V2")["status"]) == ("discharged", "admitted")


def test_a_late_update_does_not_undo_newer_demographics_and_adds_what_is_missing(hl7: Hl7World) -> None:
    hl7.send(adt("A08", TEN, name="Smith^Jane", rest=""), adt("A08", NINE, name="Doe^Jane", rest="F"))
    found = hl7.state()["demographics"]
    assert (found["family_name"], found["sex"]) == ("Smith", "F")


def test_a_late_update_does_not_bring_back_what_was_deleted(hl7: Hl7World) -> None:
    hl7.send(adt("A31", TEN, name='Doe^Jane^""'), adt("A31", NINE, name="Doe^Jane^Q"))
    assert "middle_name" not in hl7.state()["demographics"]


@pytest.mark.parametrize(
    ("course", "status"),
    [
        (["A05"], "preadmitted"),
        (["A04"], "registered"),
        (["A01"], "admitted"),
        (["A05", "A01"], "admitted"),
        (["A02"], "admitted"),
        (["A01", "A02", "A03"], "discharged"),
        (["A01", "A11"], "cancelled"),
        (["A04", "A11"], "cancelled"),
        (["A05", "A01", "A11"], "preadmitted"),
        (["A01", "A03", "A13"], "admitted"),
        (["A04", "A03", "A13"], "registered"),
        (["A03", "A13"], "admitted"),
        (["A01", "A11", "A01"], "admitted"),
        (["A01", "A03", "A13", "A03"], "discharged"),
        (["A01", "A13"], "admitted"),
        (["A01", "A03", "A02"], "discharged"),
        ([], "unknown"),
    ],
)
def test_the_course_of_a_visit_in_every_order_of_arrival(course: list[str], status: str) -> None:
    happened = list(enumerate(course))
    for arrival in itertools.permutations(happened):
        visit: dict[str, Any] = {"status": "unknown"}
        for hour, trigger_event in arrival:
            visit = states.apply_visit(visit, trigger_event, {}, f"{hour:02d}")
        assert visit["status"] == status, arrival


def test_events_of_one_moment_take_their_usual_course(hl7: Hl7World) -> None:
    hl7.send(adt("A03", NINE), adt("A01", NINE))
    assert hl7.visit()["status"] == "discharged"
    hl7.send(adt("A13", NINE))
    assert hl7.visit()["status"] == "admitted"


def test_of_two_updates_of_one_moment_the_one_sent_later_counts_then_the_one_that_came_later(
    hl7: Hl7World,
) -> None:
    def update(sent: str, name: str) -> str:
        return adt("A08", NINE, name=name).replace(f"|AWS|{NINE}|", f"|AWS|{sent}|")

    hl7.send(update(TEN, "Second^J"), update(NINE, "First^J"))
    assert hl7.state()["demographics"]["family_name"] == "Second"
    hl7.send(update(TEN, "Third^J"))
    assert hl7.state()["demographics"]["family_name"] == "Third"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["family_name", "sex"]), st.sampled_from(["a", "b", None]), st.integers(0, 99)
        ),
        unique_by=lambda change: change[2],
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_values_do_not_depend_on_the_order_of_arrival(
    changes: list[tuple[str, str | None, int]], random: Any
) -> None:
    def all_of(order: list[tuple[str, str | None, int]]) -> dict[str, Any]:
        state: dict[str, Any] = {}
        for name, value, hour in order:
            state = states.apply_demographics(state, {name: value}, f"{hour:02d}")
        return state

    shuffled = list(changes)
    random.shuffle(shuffled)
    assert all_of(shuffled) == all_of(sorted(changes, key=lambda change: change[2]))


def test_a_merge_links_the_records(hl7: Hl7World) -> None:
    hl7.send(adt("A28", NINE, JANE), adt("A28", NINE, JOHN, name="Doe^John"), merge(JANE, JOHN, TEN))
    assert hl7.state(JOHN)["merged_into"] == JANE
    assert "merged_into" not in hl7.state(JANE)
    detail = hl7.announced[-1]["Detail"]
    assert detail["merged_patient_key"] == hl7.state(JOHN)["patient_key"]
    assert detail["patient_key"] == hl7.state(JANE)["patient_key"]
    assert hl7.state(JOHN)["demographics"]["given_name"] == "John"


def test_a_merge_of_patients_nobody_knows_yet_makes_both(hl7: Hl7World) -> None:
    hl7.send(merge(JANE, JOHN, TEN))
    assert hl7.state(JOHN)["merged_into"] == JANE
    assert hl7.state(JOHN)["patient_key"] == hl7.announced[0]["Detail"]["merged_patient_key"]
    hl7.send(adt("A28", NINE, JOHN, name="Doe^John"))
    assert hl7.state(JOHN)["demographics"]["given_name"] == "John"


def test_a_late_merge_does_not_undo_a_later_one(hl7: Hl7World) -> None:
    hl7.send(merge("P-3", JOHN, ELEVEN), merge(JANE, JOHN, TEN))
    assert hl7.state(JOHN)["merged_into"] == "P-3"


def test_merges_may_chain_and_never_circle(hl7: Hl7World) -> None:
    hl7.send(merge("B", "A", NINE), merge("C", "B", TEN))
    assert (hl7.state("A")["merged_into"], hl7.state("B")["merged_into"]) == ("B", "C")
    hl7.send(merge("A", "C", ELEVEN), merge("A", "B", ELEVEN))
    assert hl7.quarantined() == [("merge_cycle", "MRG", 1), ("merge_cycle", "MRG", 1)]
    assert "merged_into" not in hl7.state("C")


def test_a_message_of_a_merged_patient_is_filed_where_it_says_and_raises_the_metric(hl7: Hl7World) -> None:
    hl7.send(merge(JANE, JOHN, TEN))
    hl7.send(adt("A08", ELEVEN, JOHN, name="Doe^Johnny"))
    assert hl7.events()[-1]["patient_was_merged_into"] == JANE
    assert hl7.state(JANE)["demographics"]["given_name"] == "Jane"
    assert hl7.metrics().count("HL7MergedPatientUsed") == 1


def test_a_cancelled_admission(hl7: Hl7World) -> None:
    hl7.send(adt("A01", NINE), adt("A11", TEN))
    assert hl7.visit()["status"] == "cancelled"


def test_visits_without_number(hl7: Hl7World) -> None:
    hl7.send(adt("A01", NINE, visit=""), adt("A03", TEN, visit='""'))
    assert hl7.visit("unnumbered")["status"] == "discharged"
    account = adt("A01", NINE, visit="").replace("|19700131|F", "|19700131|F" + "|" * 10 + "ACC-7")
    hl7.send(account)
    assert hl7.visit("ACC-7")["status"] == "admitted"


def test_an_update_without_a_visit_touches_none(hl7: Hl7World) -> None:
    hl7.send(message(msh("ADT^A08", sent=NINE), f"PID|1||{mrn(JANE)}||Doe^Jane"))
    assert hl7.entries("visit#") == []


def test_an_update_changes_details_and_not_the_course(hl7: Hl7World) -> None:
    hl7.send(adt("A01", NINE), adt("A03", TEN), adt("A08", ELEVEN, location="9N^9"))
    assert hl7.visit()["status"] == "discharged"
    assert hl7.visit()["details"]["location"]["point_of_care"] == "9N"


def test_zones_are_compared_as_instants(hl7: Hl7World) -> None:
    hl7.send(adt("A03", "20260131100000-0500"), adt("A01", "20260131140000+0000"))
    assert hl7.visit()["status"] == "discharged"


def test_results_of_a_patient_nobody_knows_yet_are_kept(hl7: Hl7World) -> None:
    hl7.send(oru("OBX|1|NM|718-7^Hb^LN||13.2|g/dL|||||F", at=TWELVE))
    assert hl7.state()["demographics"] == {}
    assert hl7.events()[0]["results"][0]["filler_order_number"] == "FO1"
