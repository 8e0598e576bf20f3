"""What was is not what is: ends that are over turn a sentence, ends to come and "not stopped" do not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rag_orchestrator.verifier import verify
from rag_orchestrator.verifier_history import told

TODAY = date(2026, 11, 22)
TAKES = "The patient takes warfarin."


def reason(claim: str, text: str, quote: str | None = None) -> str:
    shown = [{"chunk_id": "1", "text": text}]
    (found,) = verify([{"text": claim, "chunk_id": "1", "quote": quote or text}], shown, TODAY)
    return found.reason


@pytest.mark.parametrize(
    "text",
    [
        "Warfarin until 2019",
        "Warfarin 5 mg until 2019.",
        "Took warfarin till March 2019",
        "Warfarin til 5/3/19 for AF",
        "Warfarin until May 3, 2019.",
        "Warfarin until 3 May 2019, no bleeding.",
        "Warfarin until 2019-05-03",
        "Warfarin until 05/2019",
        "Warfarin until her visit to the clinic in March 2019.",
        "On warfarin up until 2019",
        "Warfarin until the end of 2019",
        "Warfarin through 2019",
        "Warfarin thru March 2019",
        "Warfarin 2015-2019",
        "Warfarin (2015 to 2019)",
        "Warfarin from 2015 to 2019",
        "Warfarin between 2015 and 2019",
        "Warfarin from 3 May 2015 to 2 June 2019",
        "Warfarin, end date 2019-05-03",
        "Warfarin, ending 3 May 2019",
        "Warfarin last taken in 2019",
        "Warfarin and aspirin until 2019",
        "Warfarin until last year",
        "Warfarin until recently",
        "Warfarin until admission",
        "Warfarin until March",  # of which year nobody can tell
        "Warfarin until 3 March",
        "Warfarin until 2026",  # and here, of which month
        "Warfarin ended in 2019",
        "Warfarin ceased 2019",
        "Warfarin was finished in 2019",
        "Warfarin d/c'd 2019",
        "Warfarin dc'd in 2019",
        "Warfarin D/C 3/2019",
        "Warfarin stopped 2019",
        "Warfarin was discontinued",
        "Formerly warfarin",
        "Previously on warfarin",
        "Past use of warfarin",
        "Previous medications: warfarin",
        "She was on warfarin",
        "She was taking warfarin",
        "Warfarin in the past",
        "Continue warfarin until 3 May 2019",
        "Medications until 2019:\n- Warfarin daily",
    ],
)
def test_what_is_over_is_not_passed_as_current(text: str) -> None:
    assert reason(TAKES, text) in ("status", "qualifier")
    assert reason("The patient is on warfarin.", text, text.splitlines()[-1]) in ("status", "qualifier")


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (TAKES, "Warfarin until further notice"),
        (TAKES, "Warfarin until further notice, since 2019"),
        (TAKES, "Warfarin until further notice (Dr. Lee, 2019)"),
        (TAKES, "Warfarin until seen by cardiology"),
        (TAKES, "Warfarin until INR is stable"),
        (TAKES, "Warfarin until 2030"),
        (TAKES, "Warfarin until 5/3/30"),
        (TAKES, "Warfarin until 23 November 2026"),
        (TAKES, "Warfarin until December 2026"),
        (TAKES, "Warfarin through 2030"),
        (TAKES, "Warfarin from 2019 to 2030"),
        (TAKES, "Warfarin since 2019"),
        (TAKES, "Warfarin started in 2019"),
        (TAKES, "Warfarin was not stopped"),
        (TAKES, "Warfarin has not been discontinued"),
        (TAKES, "Do not stop warfarin"),
        (TAKES, "Warfarin should not be stopped"),
        (TAKES, "Has been on warfarin since 2019"),
        ("Continue warfarin.", "Continue warfarin until review in March 2030"),
        ("Continue warfarin.", "Do not stop warfarin"),
        ("Warfarin up to 2000 mg daily.", "Warfarin up to 2000 mg daily"),
        ("The last visit: September 12, 2024.", "The last visit was on September 12, 2024"),
        ("The patient has hypertension.", "Past medical history: hypertension"),
        ("Seen by cardiology on 3 May 2019.", "Seen through cardiology on 3 May 2019"),
        ("Warfarin until 2019.", "Warfarin until 2019"),
        ("The patient took warfarin until 2019.", "Warfarin until 2019"),
        ("Warfarin was stopped in 2019.", "Warfarin until 2019"),
        ("Warfarin was stopped in 2019.", "Warfarin was not stopped until 2019"),
        ("Warfarin from 2015 to 2019.", "Warfarin 2015-2019"),
        ("The patient was on warfarin.", "She was on warfarin"),
        ("The patient takes apixaban.", "Warfarin until 2019. Apixaban daily"),
        ("The patient takes apixaban.", "Warfarin until 2019, now apixaban daily"),
        ("The patient takes apixaban.", "Warfarin until 2019, then apixaban daily"),
        ("The patient had surgery in 2015.", "Had surgery in 2015 and 2019"),
    ],
)
def test_what_is_not_over_stands(claim: str, text: str) -> None:
    assert reason(claim, text) == ""


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Warfarin was stopped.", "Do not stop warfarin"),
        ("Warfarin was stopped.", "Warfarin was not discontinued"),
        ("Warfarin was continued.", "Warfarin until 2019"),
        ("The patient takes aspirin.", "Warfarin was stopped, now also aspirin"),
        (TAKES, "No warfarin until 2030"),
        (TAKES, "Warfarin was not stopped until 2019"),
        ("The patient has a fever.", "Denies fever, now denies cough"),
    ],
)
def test_the_other_way_round_fails(claim: str, text: str) -> None:
    assert reason(claim, text) in ("status", "negation")


def test_an_end_is_over_from_the_day_after_it() -> None:
    text = "Warfarin until 3 May 2026"
    assert (told(text, date(2026, 5, 3)), told(text, date(2026, 5, 4))) == (
        text,
        "Warfarin stopped until 3 May 2026",
    )


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("until til 2019 20/5/,.-–May stopd"), max_size=80))  # noqa: RUF001
def test_nothing_is_taken_away_from_what_stands(text: str) -> None:
    assert told(text, TODAY).replace("stopped ", "") == text.replace("stopped ", "")
