"""What is known of a patient and of a visit, in whatever order the events arrive.

Every value has the stamp of the event that set it, and only a later stamp replaces it: so a late message
neither undoes what is newer nor is it lost where nothing newer is known. A visit's status is not kept but
worked out, from the latest event of each kind. Applying the same events in any order gives the same state:
docs/hl7.md.
"""

from typing import Any, Final

from hl7_ingest.demographics import Changes

# Events of one visit with equal stamps, in the order in which they happen: a cancellation after what it
# cancels.
_COURSE: Final = ("A05", "A04", "A01", "A02", "A11", "A03", "A13")
_BEGINS: Final = {"A05": "preadmitted", "A04": "registered", "A01": "admitted"}


def latest(
    values: Changes, stamps: dict[str, str], changes: Changes, stamp: str
) -> tuple[Changes, dict[str, str]]:
    """`values` and their `stamps` with those `changes` that are not older; a deleted value leaves its
    stamp.
    """
    values, stamps = dict(values), dict(stamps)
    for name, value in changes.items():
        if stamp < stamps.get(name, ""):
            continue
        stamps[name] = stamp
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return values, stamps


def happened(events: dict[str, str], trigger_event: str, stamp: str) -> dict[str, str]:
    """The latest stamp of each kind of event, with one event more."""
    return {**events, trigger_event: max(stamp, events.get(trigger_event, ""))}


def status_of(events: dict[str, str]) -> str:
    """preadmitted, registered, admitted, discharged or cancelled, by the latest event of each kind.

    A11 takes the visit back to before its beginning (A01, A04), A13 to before its end (A03). A cancellation
    that arrives before what it cancels takes effect when that arrives. A transfer (A02) says that the
    patient is there.
    """
    course = sorted(events.items(), key=lambda entry: (entry[1], _COURSE.index(entry[0])))
    status, planned, before_end = "unknown", False, "unknown"
    for trigger_event, _ in course:
        if trigger_event in _BEGINS:
            status = _BEGINS[trigger_event]
            planned = planned or trigger_event == "A05"
        elif trigger_event == "A02" and status in ("unknown", "preadmitted"):
            status = "admitted"
        elif trigger_event == "A11":
            status = "preadmitted" if planned else "cancelled"
        elif trigger_event == "A03":
            before_end, status = status, "discharged"
        elif trigger_event == "A13" and status == "discharged":
            status = before_end if before_end not in ("unknown", "preadmitted") else "admitted"
    return status


def apply_demographics(state: dict[str, Any], changes: Changes, stamp: str) -> dict[str, Any]:
    """The patient's state with changes of demographics."""
    values, stamps = latest(
        state.get("demographics", {}), state.get("demographics_stamps", {}), changes, stamp
    )
    return {**state, "demographics": values, "demographics_stamps": stamps}


def apply_visit(visit: dict[str, Any], trigger_event: str, changes: Changes, stamp: str) -> dict[str, Any]:
    """The visit's state with one event: A08 changes its details, the others its course as well."""
    details, stamps = latest(visit.get("details", {}), visit.get("details_stamps", {}), changes, stamp)
    events = visit.get("events", {})
    if trigger_event in _COURSE:
        events = happened(events, trigger_event, stamp)
    return {
        **visit,
        "details": details,
        "details_stamps": stamps,
        "events": events,
        "status": status_of(events),
    }


def apply_merge(prior: dict[str, Any], patient_id: str, event_id: str, stamp: str) -> dict[str, Any]:
    """The state of the patient who is merged into another: the latest merge counts."""
    if stamp < prior.get("merged_stamp", ""):
        return prior
    return {**prior, "merged_into": patient_id, "merged_by": event_id, "merged_stamp": stamp}
