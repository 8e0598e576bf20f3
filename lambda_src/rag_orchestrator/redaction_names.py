"""Names of persons: by a title, by a word that tells of a person, and by the censuses' lists of names.

A word of the lists that is also a word of English or a medicine ("Long", "Allegra") is a name only beside
what makes it one. A capitalised word on no list is taken for a name where the sentence treats it as one.
"""
# ruff: noqa: RUF001 - a pattern is one line; typographic apostrophes are meant

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag_orchestrator.redaction_kinds import Finding
from rag_orchestrator.redaction_words import (
    EPONYM_NOUNS,
    EPONYMS,
    MEDICAL_ENDINGS,
    MONTHS,
    NOT_NAMES,
    REGIONS,
    folded,
    lists,
    medicines,
    word_set,
)

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’‐-][^\W\d_]+)*")
_JOINTS: Final = re.compile(r"['’‐-]")
_OPENING: Final = re.compile(r"[.!?\n:•;]")
_TITLES: Final = word_set(
    "mr mrs miss mx dr drs prof professor doctor rev reverend sir madam dame pastor rabbi imam fr "
    "capt sgt officer judge atty attorney señor señora sra"
)
_FIRM: Final = word_set("named called nicknamed alias aka née nee surname")
_PEOPLE: Final = word_set(
    "patient pt pts client resident daughter son wife husband mother father mom dad sister brother "
    "spouse partner niece nephew aunt uncle cousin friend neighbor neighbour caregiver guardian "
    "roommate grandson granddaughter grandmother grandfather grandma grandpa fiance fiancee "
    "girlfriend boyfriend stepson stepdaughter twin baby nurse physician provider surgeon attending "
    "pcp cardiologist oncologist neurologist nephrologist psychiatrist therapist pharmacist "
    "hospitalist resident intern counselor midwife dentist colleague boss employer supervisor teacher "
    "landlord lawyer coworker proxy kin contact name signed sincerely regards attn author dictated "
    "cosigned witness informant interpreter sponsor decedent mother's father's msw cna rn"
)
_BY: Final = word_set(
    "by with for from about to of and or does did has is was were had will should can could would "
    "would may must for on tell ask asked told per regarding re did"
)
_ASKED: Final = word_set("did does has is was will can should had had")
_DOES: Final = word_set(
    "lives takes reports denies says called asked wants complains states presented refuses tolerates stopped "
    "started needs lost likes works smokes drinks told agreed declined returned moved"
)
_DEGREES: Final = word_set(
    "MD RN NP DO PHD DDS PHARMD LPN APRN CRNA DPM DMD FNP DNP MSW LCSW CNM PT OT ESQ MBBS FACS FACC "
    "BSN MSN PA"
)
_SUFFIXES: Final = frozenset(["jr", "sr", "ii", "iii", "iv"])
_PARTICLES: Final = word_set(
    "van von der den de del della di da dos das la le el al bin ibn abu ben st san santa mac mc o ter ten"
)
_LONGEST: Final = 5


@dataclass(slots=True)
class _Word:
    """A word of the text. `grade`: 3 a sure name, 2 an unknown word, 1 a name that is also a word, 0 none."""

    text: str
    start: int
    end: int
    capital: bool
    upper: bool
    plain: str
    first: bool
    grade: int
    initial: bool
    opens: bool


def find(text: str) -> Iterator[Finding]:
    words = _words(text)
    if not words:
        return
    shouting = sum(word.upper for word in words) * 2 > len(words) and len(words) > 3
    at = 0
    while at < len(words):
        word = words[at]
        length = _length(text, words, at, shouting) if word.capital or word.grade == 3 else 0
        if length:
            last = words[at + length - 1]
            yield Finding("NAME", words[at].start, last.start + len(_unpossessed(last.text)))
            at += length
        else:
            at += 1


def _unpossessed(text: str) -> str:
    return text[:-2] if text.endswith(("'s", "’s", "'S")) else text


def _words(text: str) -> list[_Word]:
    known = lists()
    words: list[_Word] = []
    end = 0
    for found in _TOKEN.finditer(text):
        token = found.group()
        capital = token[0].isupper()
        bare = _unpossessed(token)
        plain = folded(bare)
        gap = text[end : found.start()]
        opens = not words or (
            gap != " "
            and _OPENING.search(gap) is not None
            and not words[-1].initial
            and words[-1].plain not in _TITLES
        )
        grade, first = 0, False
        if not capital:  # most words: only a sure name in lower case matters
            first = plain in known["first"]
            grade = 3 if (first or plain in known["last"]) and plain not in NOT_NAMES else 0
        elif len(plain) > 1:
            parts = _JOINTS.split(plain) if len(token) > 3 else [plain]
            first = plain in known["first"] or plain in known["first-words"] or parts[0] in known["first"]
            grade = _grade(plain, parts)
        upper = capital and len(bare) > 1 and bare.isupper()
        initial = len(token) == 1 and capital
        words.append(
            _Word(token, found.start(), found.end(), capital, upper, plain, first, grade, initial, opens)
        )
        end = found.end()
    return words


def _grade(plain: str, parts: Sequence[str]) -> int:
    known = lists()
    if plain in NOT_NAMES or plain in MONTHS or plain in _TITLES:
        return 0
    if plain in EPONYMS or plain in REGIONS:
        return 1
    if plain in known["first"] or plain in known["last"]:
        return 3
    if len(parts) > 1 and any(
        part in known["first"] or part in known["last"] for part in parts if len(part) > 2
    ):
        return 3 if all(part not in known["words"] or part in _PARTICLES for part in parts) else 0
    if plain in known["first-words"] or plain in known["last-words"]:
        return 1
    if plain in known["words"] or plain in medicines() or plain.endswith(MEDICAL_ENDINGS):
        return 0
    if (
        (plain.endswith("s") and plain[:-1] in known["words"])
        or len(plain) < 3
        or any(part in known["words"] for part in parts[:1] if len(parts) > 1)
    ):
        return 0
    return 2


def _length(text: str, words: list[_Word], at: int, shouting: bool) -> int:
    """How many words from `at` are a name; 0 for none."""
    word = words[at]
    before = words[at - 1] if at else None
    gap = text[before.end : word.start] if before else ""
    if before is not None and _follows_title(before, gap, word):
        return _run(text, words, at, 1)
    if _is_eponym(text, words, at):
        return 0
    if not word.capital or shouting:
        return _plain_name(text, words, at, before, gap)
    run = _run(text, words, at, 1)
    if before is not None and _follows_cue(text, words, at, gap):
        return run
    if run > 1 and _has_degree(text, words, at, run):
        return run
    return _by_lists(text, words, at, run, before)


def _follows_title(before: _Word, gap: str, word: _Word) -> bool:
    if gap.strip(" .") or len(gap) > 3 or "\n" in gap:
        return False
    if before.plain == "ms" and before.text == "Ms":
        return word.capital
    if before.plain not in _TITLES or (before.upper and not word.upper and "." not in gap):
        return False
    if word.capital and (not word.upper or before.upper or len(word.text) == 1):
        return word.plain not in NOT_NAMES and (word.plain not in lists()["words"] or before.capital)
    return word.grade == 3 and word.plain not in lists()["words"]


def _follows_cue(text: str, words: list[_Word], at: int, gap: str) -> bool:
    word, before = words[at], words[at - 1]
    further = words[at - 2] if at > 1 else None
    if word.upper and len(word.text) < 6 and word.grade != 3:
        return False
    if before.plain in _FIRM and not gap.strip(" :\"'“"):
        return (
            word.plain not in NOT_NAMES
            and word.plain not in medicines()
            and word.plain not in lists()["words"]
        )
    told = before.plain == "name" or (
        before.plain == "is" and further is not None and further.plain == "name"
    )
    if told and not gap.strip(" :=\"'"):
        return word.plain not in NOT_NAMES and word.plain not in lists()["words"]
    if before.plain in _PEOPLE and not gap.strip(" :,-(\"'"):
        return word.grade >= 2 or (
            word.grade == 1
            and not word.opens
            and "\n" not in gap
            and word.plain not in EPONYMS
            and _next_is_name(text, words, at)
        )
    if (
        further is not None
        and further.plain in _PEOPLE
        and before.plain in ("is", "was", "of", "s")
        and not gap.strip(" :")
    ):
        return word.grade >= 2
    if text[word.end - 2 : word.end] in ("'s", "’s") and word.grade >= 2 and not gap.strip(" "):
        return True
    if not gap.strip(" ") and word.grade >= 2:
        return before.plain in _BY if word.grade == 3 else before.plain in _ASKED and not before.upper
    return False


def _next_is_name(text: str, words: list[_Word], at: int) -> bool:
    following = words[at + 1] if at + 1 < len(words) else None
    return (
        following is not None
        and following.capital
        and following.grade >= 1
        and text[words[at].end : following.start] == " "
    )


def _by_lists(text: str, words: list[_Word], at: int, run: int, before: _Word | None) -> int:
    """A capitalised run that the lists, or its place in the sentence, make a name."""
    word = words[at]
    grades = [each.grade for each in words[at : at + run]]
    title_case = (
        before is not None and before.capital and not before.opens and before.grade == 0 and not before.upper
    )
    if run > 1:
        if 3 in grades and (
            word.first or grades.count(3) > 1 or words[at + run - 1].grade >= 2 or not title_case
        ):
            return run if grades[0] or word.initial else 0
        if word.first and not word.opens and max(grades[1:]) >= 1 and not title_case:
            return run
        if grades.count(2) == run and not word.opens and not any(each.upper for each in words[at : at + run]):
            return run
        if word.first and words[at + 1].grade >= 1 and grades[-1] >= 2:
            return run
        if word.first and word.grade == 1 and max(grades[1:]) >= 1 and not title_case:
            return run
    if word.initial and run > 1 and words[at + 1].grade >= 2 and text[word.end] == ".":
        return run
    if word.upper or word.initial:
        return 0
    after = words[at + run].plain if at + run < len(words) else ""
    if word.grade >= 2 and after in _DOES and not title_case:
        return run
    if word.grade == 3 and not title_case:
        return 1 if not word.opens or word.first or text[word.end - 2 : word.end] in ("'s", "’s") else 0
    possessive = text[word.end - 2 : word.end] in ("'s", "’s")
    return 1 if word.grade == 2 and possessive and not title_case else 0


def _run(text: str, words: list[_Word], at: int, length: int) -> int:
    """The run of words that may be one name: initials, particles, "Last, First" and "Jr." included."""
    while at + length < len(words) and length < _LONGEST:
        last, word = words[at + length - 1], words[at + length]
        gap = text[last.end : word.start]
        if last.text.endswith(("'s", "’s")):
            break
        joined = (
            gap in (" ", "  ")
            or (gap in (". ", ".", ".-", "-") and (last.initial or last.plain == "st"))
            or (gap in (", ", ",") and (_comma_joins(words, at, length) or word.plain in _SUFFIXES))
        )
        if not joined:
            break
        if word.plain in _SUFFIXES or (word.initial and word.plain not in ("i", "a")):
            length += 1
            continue
        if (
            word.plain in _PARTICLES
            and at + length + 1 < len(words)
            and words[at + length + 1].capital
            and (
                word.plain not in ("la", "al", "st", "o", "ten", "der", "le", "el")
                or words[at + length + 1].grade >= 2
            )
        ):
            length += 2
            continue
        between = last.initial and words[at].first and gap == ". " and word.plain not in NOT_NAMES
        if (
            not word.capital
            or (word.grade == 0 and not between)
            or (word.upper and not last.upper and not last.initial)
            or _is_eponym(text, words, at + length)
        ):
            break
        length += 1
    while (
        length > 1
        and words[at + length - 1].initial
        and text[words[at + length - 1].end : words[at + length - 1].end + 1] not in (".", "")
        and words[at].grade < 3
    ):
        length -= 1
    return length


def _comma_joins(words: list[_Word], at: int, length: int) -> bool:
    """ "Ramirez, Jane": one last name, then a first name."""
    following = words[at + length]
    return (
        length == 1
        and words[at].grade >= 1
        and words[at].grade != 2
        and (following.first or following.grade == 2)
        and following.capital
        and (words[at].grade == 3 or following.grade == 3)
        and not words[at].first
    )


def _has_degree(text: str, words: list[_Word], at: int, run: int) -> bool:
    following = words[at + run] if at + run < len(words) else None
    if following is None or text[words[at + run - 1].end : following.start] not in (", ", " ", ","):
        return False
    return (
        following.text.upper() in _DEGREES
        and following.upper
        and all(word.grade or word.initial for word in words[at : at + run])
    )


def _is_eponym(text: str, words: list[_Word], at: int) -> bool:
    """Parkinson's disease, a Foley catheter, Smith-Magenis syndrome, Mayo score, and Crohn's by itself."""
    if words[at].plain in EPONYMS:
        return True
    for further in range(at + 1, min(at + 4, len(words))):
        following = words[further]
        gap = text[words[further - 1].end : following.start]
        if gap not in (" ", "-", "–", "’ ", "' "):
            return False
        if following.plain in EPONYM_NOUNS:
            return True
        if not following.capital and following.plain not in ("and", "coma", "de", "la"):
            return False
    return False


def _plain_name(text: str, words: list[_Word], at: int, before: _Word | None, gap: str) -> int:
    """In lower case or in capitals throughout: two sure names, or one after a word that tells of a person."""
    word = words[at]
    if word.grade != 3:
        return 0
    length = 1
    while at + length < len(words) and length < 3:
        following = words[at + length]
        if text[words[at + length - 1].end : following.start] != " " or following.grade != 3:
            break
        length += 1
    told = before is not None and not gap.strip(" :,") and (before.plain in _PEOPLE or before.plain in _FIRM)
    if length > 1 and word.first:
        return length
    return length if told and (word.first or (before is not None and before.plain in _FIRM)) else 0
