"""What every store of chunks must do: tests shared by all of them.

A store's own test module makes a class of it and says how an empty store is made:

    class TestPostgreSQL(StoreContract):
        @pytest.fixture
        def store(self, ...) -> ChunkStore: ...

Embeddings here are unit vectors of an axis, so that distances are known: chunks of one axis are near to each
other, and as far as can be from all others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from healthcare.problems import Problem
from rag_retrieval.store import (
    DIMENSIONS,
    FUSION_K,
    LONGEST_TEXT,
    MOST_FOUND,
    Chunk,
    ChunkStore,
    EmbeddedChunk,
    Found,
    Scope,
)

JANE = "patient-0001"
JOHN = "patient-0002"
ALL = frozenset({"U", "L", "M", "N", "R"})


def axis(number: int, tilt: float = 0.0) -> tuple[float, ...]:
    """The unit vector of axis `number`, tilted towards the next axis by `tilt` radians."""
    vector = [0.0] * DIMENSIONS
    vector[number % DIMENSIONS] = math.cos(tilt)
    vector[(number + 1) % DIMENSIONS] += math.sin(tilt)
    return tuple(vector)


def chunk(text: str, number: int = 0, **more: Any) -> Chunk:
    """A chunk of Jane's document "d-1"; `more` changes what it says of itself."""
    document_id = more.get("document_id", "d-1")
    given: dict[str, Any] = {
        "chunk_id": f"{document_id}-c{number}",
        "document_id": document_id,
        "version_id": "v-1",
        "patient_id": JANE,
        "access_label": "N",
        "kind": "text",
        "place": "page 1",
        "source": "Discharge summary of 2024-09-12",
        "start": 0,
        "end": len(text),
        "text": text,
    }
    return Chunk(**given | more)


def embedded(text: str, number: int = 0, at: int | None = None, **more: Any) -> EmbeddedChunk:
    """A chunk whose embedding is the axis `at` (`number` where it is not given)."""
    return EmbeddedChunk(chunk(text, number, **more), axis(number if at is None else at))


def texts(found: Iterable[Found]) -> list[str]:
    return [one.chunk.text for one in found]


class StoreContract:
    """The tests. `store` is empty at the start of each."""

    @pytest.fixture
    def store(self) -> ChunkStore:
        raise NotImplementedError("say how an empty store is made")

    def all_of(self, store: ChunkStore, patient_id: str = JANE, labels: frozenset[str] = ALL) -> list[str]:
        """The texts of whatever the scope lets see: every chunk has some distance to any vector."""
        return sorted(texts(store.search(Scope(patient_id, labels), "nothing", axis(0), MOST_FOUND)))

    # Search

    def test_a_chunk_comes_back_as_it_was(self, store: ChunkStore) -> None:
        one = embedded(
            "Continue metoprolol 25 mg twice daily.",
            place="page 3",
            start=120,
            end=158,
            kind="pdf",
            heading="At discharge\nContinue:",
        )
        assert store.replace("d-1", 1, JANE, [one])
        (found,) = store.search(Scope(JANE, ALL), "metoprolol", axis(0), 5)
        assert found.chunk == one.chunk

    def test_words_find_what_the_vector_does_not(self, store: ChunkStore) -> None:
        fill = [embedded(f"Weight chart, line {number}.", number, at=0) for number in range(1, 8)]
        store.replace("d-1", 1, JANE, [embedded("Stop warfarin before surgery.", 0, at=500), *fill])
        found = store.search(Scope(JANE, ALL), "warfarin", axis(0), 3)
        assert texts(found)[0] == "Stop warfarin before surgery."

    def test_a_question_finds_chunks_that_have_some_of_its_words(self, store: ChunkStore) -> None:
        fill = [embedded(f"Weight chart, line {number}.", number, at=0) for number in range(1, 8)]
        store.replace("d-1", 1, JANE, [embedded("Stop warfarin before surgery.", 0, at=500), *fill])
        question = 'When, if ever, must "she" be told to stop taking warfarin - and why?'
        assert texts(store.search(Scope(JANE, ALL), question, axis(0), 1)) == [
            "Stop warfarin before surgery."
        ]

    def test_the_vector_finds_what_the_words_do_not(self, store: ChunkStore) -> None:
        fill = [embedded(f"Weight chart, line {number}.", number, at=500) for number in range(7)]
        store.replace("d-1", 1, JANE, [*fill, embedded("Stop warfarin before surgery.", 9, at=0)])
        found = store.search(Scope(JANE, ALL), "blood thinner", axis(0), 3)
        assert texts(found)[0] == "Stop warfarin before surgery."

    def test_what_both_find_comes_first_with_the_highest_score_there_is(self, store: ChunkStore) -> None:
        store.replace(
            "d-1",
            1,
            JANE,
            [
                embedded("Warfarin is stopped.", 0, at=9),
                embedded("The wound is dry.", 1, at=0),
                embedded("Warfarin 5 mg daily.", 2, at=0),
            ],
        )
        found = store.search(Scope(JANE, ALL), "warfarin 5 mg", axis(0), 3)
        assert found[0].chunk.text == "Warfarin 5 mg daily."
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        assert 1 / (FUSION_K + 2) < found[0].score <= 2 / (FUSION_K + 1)

    def test_equal_scores_come_in_the_order_of_ids(self, store: ChunkStore) -> None:
        chunks = [embedded("The same line.", number, at=0) for number in (3, 1, 2, 0)]
        store.replace("d-1", 1, JANE, chunks)
        answers = [
            [one.chunk.chunk_id for one in store.search(Scope(JANE, ALL), "same line", axis(0), 4)]
            for _ in range(3)
        ]
        assert answers == [["d-1-c0", "d-1-c1", "d-1-c2", "d-1-c3"]] * 3

    @pytest.mark.parametrize("limit", [1, 2, 5, MOST_FOUND])
    def test_no_more_than_asked_for(self, store: ChunkStore, limit: int) -> None:
        store.replace("d-1", 1, JANE, [embedded(f"Line {number}.", number) for number in range(5)])
        assert len(store.search(Scope(JANE, ALL), "line", axis(0), limit)) == min(limit, 5)

    @pytest.mark.parametrize("limit", [-1, 0, MOST_FOUND + 1])
    def test_a_limit_out_of_bounds_is_a_fault_of_the_caller(self, store: ChunkStore, limit: int) -> None:
        with pytest.raises(Problem) as caught:
            store.search(Scope(JANE, ALL), "line", axis(0), limit)
        assert caught.value.status == 500

    @pytest.mark.parametrize("vector", [(), (1.0,), (0.0,) * DIMENSIONS, (math.nan,) * DIMENSIONS])
    def test_what_is_no_embedding_is_refused(self, store: ChunkStore, vector: tuple[float, ...]) -> None:
        with pytest.raises(Problem):
            store.search(Scope(JANE, ALL), "line", vector, 5)
        with pytest.raises(Problem):
            store.replace("d-1", 1, JANE, [EmbeddedChunk(chunk("Line."), vector)])
        assert self.all_of(store) == []

    @pytest.mark.parametrize(
        "text", ["", "   ", "the of and", "\"' : & | ! ( ) <-> *", "\0", "\ud800", "x" * 9000]
    )
    def test_any_text_can_be_asked(self, store: ChunkStore, text: str) -> None:
        store.replace("d-1", 1, JANE, [embedded("Line.")])
        assert texts(store.search(Scope(JANE, ALL), text, axis(0), 5)) == ["Line."]

    @pytest.mark.parametrize(
        "text",
        ["Zoë Müller, naïve: 37.5 °C, 5 µg, β-blocker", "血圧 120/80", "👩🏽‍⚕️ seen", "a\r\n\tb",
         "'; DROP TABLE chunk; --", "NaN", "{}", "\\x00 \\N", "x" * LONGEST_TEXT],
    )  # fmt: skip
    def test_any_text_can_be_stored(self, store: ChunkStore, text: str) -> None:
        store.replace("d-1", 1, JANE, [embedded(text)])
        (found,) = store.search(Scope(JANE, ALL), text[:200], axis(0), 5)
        assert found.chunk.text == text

    @pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
    def test_what_no_text_may_hold_changes_no_position(self, store: ChunkStore, text: str) -> None:
        store.replace("d-1", 1, JANE, [embedded(text)])
        (found,) = store.search(Scope(JANE, ALL), "a", axis(0), 5)
        assert (found.chunk.text[0], found.chunk.text[2:]) == ("a", "b")

    # Scope

    @pytest.mark.parametrize("scope", [Scope("", ALL), Scope(JANE, frozenset()), Scope("", frozenset())])
    def test_an_empty_scope_finds_nothing(self, store: ChunkStore, scope: Scope) -> None:
        store.replace("d-1", 1, JANE, [embedded("Line.")])
        assert store.search(scope, "line", axis(0), 5) == []

    @pytest.mark.parametrize("label", ["N,V", "", " V", "N'", "V\0", "N}"])
    def test_a_label_cannot_stand_for_two(self, label: str) -> None:
        with pytest.raises(ValueError, match="must be a word"):
            Scope(JANE, frozenset({label}))

    @pytest.mark.parametrize(
        "patient_id",
        [JOHN, "patient-000", "patient-00011", JANE.upper(), f"{JANE} ", f" {JANE}", "%", "*",
         f"{JANE}' OR '1'='1", f"{JANE}\0", f"{JOHN},{JANE}", "\ud800", "../patient-0001",
         "patient-0001/", "x" * 5000],
    )  # fmt: skip
    def test_nothing_of_another_patient(self, store: ChunkStore, patient_id: str) -> None:
        store.replace("d-1", 1, JANE, [embedded("Jane has diabetes.")])
        assert store.search(Scope(patient_id, ALL), "diabetes", axis(0), MOST_FOUND) == []

    def test_nothing_of_another_label(self, store: ChunkStore) -> None:
        chunks = [embedded(f"Line {label}.", n, access_label=label) for n, label in enumerate("ULMNRV")]
        store.replace("d-1", 1, JANE, chunks)
        assert self.all_of(store) == ["Line L.", "Line M.", "Line N.", "Line R.", "Line U."]
        assert self.all_of(store, labels=frozenset("V")) == ["Line V."]
        assert self.all_of(store, labels=frozenset("n")) == []

    def test_what_is_out_of_scope_takes_no_place_in_the_ranking(self, store: ChunkStore) -> None:
        hidden = [embedded("Warfarin.", n, access_label="V") for n in range(1, 30)]
        store.replace("d-1", 1, JANE, [embedded("Warfarin was stopped."), *hidden])
        others = [embedded("Warfarin.", n, at=0, document_id="d-2", patient_id=JOHN) for n in range(30)]
        store.replace("d-2", 1, JOHN, others)
        found = store.search(Scope(JANE, ALL), "warfarin", axis(0), 5)
        assert texts(found) == ["Warfarin was stopped."]
        assert found[0].score == pytest.approx(2 / (FUSION_K + 1))

    def test_what_is_out_of_scope_and_nearer_takes_no_place_either(self, store: ChunkStore) -> None:
        hidden = [embedded("Hidden.", n, at=0, access_label="V") for n in range(1, 40)]
        store.replace("d-1", 1, JANE, [EmbeddedChunk(chunk("Visible."), axis(0, 0.5)), *hidden])
        others = [embedded("John's.", n, at=0, document_id="d-2", patient_id=JOHN) for n in range(40)]
        store.replace("d-2", 1, JOHN, others)
        (found,) = store.search(Scope(JANE, ALL), "nothing", axis(0), 1)
        assert found.chunk.text == "Visible."
        assert found.score == pytest.approx(1 / (FUSION_K + 1))

    def test_a_label_revoked_counts_at_the_next_call(self, store: ChunkStore) -> None:
        store.replace("d-1", 1, JANE, [embedded("Line N."), embedded("Line R.", 1, access_label="R")])
        assert self.all_of(store, labels=frozenset({"N", "R"})) == ["Line N.", "Line R."]
        assert self.all_of(store, labels=frozenset({"N"})) == ["Line N."]

    # Revisions

    def test_a_revision_takes_the_place_of_the_one_before(self, store: ChunkStore) -> None:
        assert store.replace("d-1", 1, JANE, [embedded("Old.", n) for n in range(3)])
        assert store.replace("d-1", 2, JANE, [embedded("New.", version_id="v-2")])
        assert self.all_of(store) == ["New."]

    def test_the_same_revision_twice_is_the_same_as_once(self, store: ChunkStore) -> None:
        for _ in range(2):
            assert store.replace("d-1", 1, JANE, [embedded("One.", 0), embedded("Two.", 1)])
        assert self.all_of(store) == ["One.", "Two."]

    def test_an_older_revision_changes_nothing(self, store: ChunkStore) -> None:
        store.replace("d-1", 2, JANE, [embedded("New.")])
        assert not store.replace("d-1", 1, JANE, [embedded("Old.", 1)])
        assert not store.remove("d-1", 1)
        assert self.all_of(store) == ["New."]

    def test_a_removed_document_never_comes_back_with_an_old_event(self, store: ChunkStore) -> None:
        store.replace("d-1", 1, JANE, [embedded("Old.")])
        assert store.remove("d-1", 2)
        assert not store.replace("d-1", 1, JANE, [embedded("Old.")])
        assert not store.replace("d-1", 2, JANE, [embedded("Old.")])
        assert store.remove("d-1", 2)
        assert self.all_of(store) == []

    def test_a_removal_may_come_before_what_it_removes(self, store: ChunkStore) -> None:
        assert store.remove("d-1", 2)
        assert not store.replace("d-1", 1, JANE, [embedded("Old.")])
        assert self.all_of(store) == []

    def test_a_removed_document_may_be_stored_anew(self, store: ChunkStore) -> None:
        store.remove("d-1", 2)
        assert store.replace("d-1", 3, JANE, [embedded("Restored.")])
        assert self.all_of(store) == ["Restored."]

    def test_a_revision_without_chunks_leaves_none(self, store: ChunkStore) -> None:
        store.replace("d-1", 1, JANE, [embedded("Old.")])
        assert store.replace("d-1", 2, JANE, [])
        assert self.all_of(store) == []

    def test_a_document_that_was_anothers_leaves_nothing_with_them(self, store: ChunkStore) -> None:
        store.replace("d-1", 1, JOHN, [embedded("Wrong patient.", patient_id=JOHN)])
        assert store.replace("d-1", 2, JANE, [embedded("Right patient.")])
        assert self.all_of(store, JOHN) == []
        assert self.all_of(store, JANE) == ["Right patient."]

    def test_other_documents_stay(self, store: ChunkStore) -> None:
        store.replace("d-1", 1, JANE, [embedded("One.")])
        store.replace("d-2", 1, JANE, [embedded("Two.", document_id="d-2")])
        store.replace("d-1", 2, JANE, [embedded("One anew.")])
        assert self.all_of(store) == ["One anew.", "Two."]
        store.remove("d-2", 2)
        assert self.all_of(store) == ["One anew."]

    def test_many_chunks_at_once(self, store: ChunkStore) -> None:
        store.replace("d-1", 1, JANE, [embedded(f"Line {number}.", number) for number in range(300)])
        assert len(self.all_of(store)) == MOST_FOUND
        store.replace("d-1", 2, JANE, [embedded("Line.")])
        assert self.all_of(store) == ["Line."]

    @pytest.mark.parametrize(
        "wrong",
        [{"patient_id": JOHN}, {"document_id": "d-2"}, {"chunk_id": ""}, {"access_label": "N,V"},
         {"access_label": ""}, {"text": "x" * (LONGEST_TEXT + 1)},
         {"heading": "x" * (LONGEST_TEXT + 1)}],
    )  # fmt: skip
    def test_chunks_that_are_not_the_documents_own_are_refused(
        self, store: ChunkStore, wrong: dict[str, Any]
    ) -> None:
        store.replace("d-1", 1, JANE, [embedded("Old.")])
        with pytest.raises(Problem) as caught:
            store.replace(
                "d-1", 2, JANE, [embedded("Right.", 1), EmbeddedChunk(replace(chunk("x"), **wrong), axis(0))]
            )
        assert caught.value.status == 500
        assert self.all_of(store) == ["Old."]
        assert self.all_of(store, JOHN) == []

    def test_one_id_twice_is_refused(self, store: ChunkStore) -> None:
        with pytest.raises(Problem):
            store.replace("d-1", 1, JANE, [embedded("One."), embedded("Two.")])
        assert self.all_of(store) == []
