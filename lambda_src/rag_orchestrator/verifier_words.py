"""What a sentence is about (terms), what it says of it (status words), and whether it denies it.

A sentence is read by clauses: "stop metformin, continue lisinopril" says two things. A clause without a word of
its own takes the one of the clause before it ("denies pain, fever or cough"), and where there is none, of
the one after it ("metformin and glipizide were stopped"). After a hard break nothing is taken over.
"""
# ruff: noqa: E501 - a pattern is one line, as it is read

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag_orchestrator.redaction_words import MEDICAL_ENDINGS, MONTHS, folded, lists, medicines, word_set
from rag_orchestrator.verifier_numbers import FREQUENCY, UNITS

_WORD: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_HARD: Final = re.compile(
    r"[.;!?](?=\s|$)|\n|\b(?:but|however|although|though|while|whereas|except|yet|instead|then)\b",
    re.IGNORECASE,
)
_SOFT: Final = re.compile(r",(?=\s)|\b(?:and|or|nor|with|without)\b|:", re.IGNORECASE)
_NEGATION: Final = re.compile(
    r"\b(?:no|not|never|none|without|cannot|neither|nor|denies|denied|deny|denying|absent|absence of|lacks?|lacking|"
    r"negative for|ruled out|rules out|free of|free from|unable|refus(?:es|ed)|declin(?:es|ed)|unremarkable for|excluded|n't|nil|non)\b|n't\b",
    re.IGNORECASE,
)
_STATUSES: Final[dict[str, dict[str, str]]] = {
    "therapy": {
        "continue": r"continu(?:e|es|ed|ing|ation)|remain(?:s|ed)? on|keep(?:s)? taking|maintain(?:ed|s)?|resum(?:e|ed|es)|restart(?:ed|s)?",
        "stop": r"stop(?:s|ped|ping)?|discontinu\w+|d/c'?d?|d/?c'?ed|dc'?d|ended|finished|held|hold|holding|ceas(?:e|ed)|withdrawn|withdrew|taken off|off of|suspended|no longer|former(?:ly)?|previously|quit|completed",
        "start": r"start(?:ed|s|ing)?|initiat(?:e|ed|es|ing|ion)|began|begun|begin|add(?:ed)?|new(?:ly)?",
        "avoid": r"avoid(?:ed|s)?|contraindicated|should not|must not|do not|don't|never",
    },
    "change": {
        "increase": r"increas(?:e|ed|es|ing)|rais(?:e|ed)|up-?titrat\w+|doubled|rose|rising",
        "decrease": r"decreas(?:e|ed|es|ing)|reduc(?:e|ed|es|tion)|lower(?:ed|ing)|taper(?:ed|ing)?|halved|fell|falling|dropp?(?:ed|ing)",
        "same": r"unchanged|no change|stable|same",
    },
    "level": {
        "normal": r"normal|unremarkable|within (?:the )?(?:normal|reference)|wnl",
        "abnormal": r"abnormal(?:it(?:y|ies))?|deranged",
        "high": r"high|elevated|raised|above",
        "low": r"low|depressed|below|deficient",
    },
    "result": {"positive": r"positive|detected|reactive", "negative": r"negative|undetected|nonreactive|non-reactive"},
    "side": {"left": r"left(?:-sided)?|\bl(?=\s(?:arm|leg|knee|hip|eye|ear|foot|hand|lung|breast))", "right": r"right(?:-sided)?", "both": r"bilateral(?:ly)?"},
    "course": {
        "better": r"improv(?:e|ed|es|ing|ement)|resolv(?:ed|es|ing)|better|recover(?:ed|ing|y)|healed",
        "worse": r"worse(?:n|ned|ning)?|deteriorat\w+|progress(?:ed|ing|ion)|declined",
    },
    "severity": {"mild": r"mild(?:ly)?|slight(?:ly)?|minimal", "moderate": r"moderate(?:ly)?", "severe": r"severe(?:ly)?|critical(?:ly)?|marked(?:ly)?"},
    "allergy": {"allergic": r"allerg(?:y|ic|ies)|anaphyla\w+|hypersensitiv\w+|intoleran(?:t|ce)"},
    "event": {"cancelled": r"cancel(?:l?ed)?|postponed|deferred|aborted"},
    "pace": {"acute": r"acute(?:ly)?", "chronic": r"chronic(?:ally)?"},
}  # fmt: skip
_BINDING: Final[dict[str, str]] = {
    "doubt": r"possibl[ey]|probabl[ey]|likely|suspect(?:ed|s)?|suspicio(?:n|us)|may|might|could|rule[- ]out|r/o|question(?:able| of)|concern for|cannot exclude|differential|presumed|unclear|unlikely|pending|if|unless|consider(?:ed|ing)?",
    "family": r"family history|mother|father|brother|sister|son|daughter|uncle|aunt|cousin|grand(?:mother|father)|maternal|paternal|sibling|parents?|husband|wife|roommate|fam(?:ily)? hx|another patient|other patient",
    "past": r"used to|(?:was|were) taking|(?:was|were) on(?! (?:the )?(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|admission|arrival|exam))|(?:past|previous|prior) (?:use|treatment|therapy|medications?|drugs?|prescriptions?|regimens?|smoker|drinker|user)|took|had(?! been)|formerly|previously|in the past|ago|as a (?:child|teenager|young adult)|in (?:her|his|their)? ?(?:childhood|youth)",
    "plan": r"plan(?:ned|s)?|schedul(?:e|ed)|will|would|recommend(?:ed|s|ation)?|advised?|propos(?:e|ed)|intend(?:s|ed)?|declin(?:ed|es)|refus(?:ed|es)",
}
"""What qualifies a sentence: said in the evidence, it must be said in the claim too."""
_STATUS: Final = re.compile(
    r"\b(?:"
    + "|".join(
        rf"(?P<{group}__{value}>{pattern})"
        for group, values in _STATUSES.items()
        for value, pattern in values.items()
    )
    + r")\b",
    re.IGNORECASE,
)
_QUALIFIER: Final = re.compile(
    r"\b(?:" + "|".join(rf"(?P<{name}>{pattern})" for name, pattern in _BINDING.items()) + r")\b",
    re.IGNORECASE,
)
_FREE: Final = frozenset({"plan"})
"""Qualifiers that a claim may leave out where its status words agree: "continue" is a plan as well."""
LABS: Final = word_set(
    "creatinine potassium sodium chloride bicarbonate glucose hemoglobin haemoglobin hematocrit "
    "platelets platelet troponin lactate albumin bilirubin calcium magnesium phosphate phosphorus "
    "ferritin bnp crp esr tsh inr ptt a1c hba1c cholesterol ldl hdl triglycerides egfr bun urea wbc "
    "rbc alt ast alp ggt lipase amylase psa hcg cortisol urinalysis ecg ekg echocardiogram echo mri "
    "ct xray x-ray ultrasound colonoscopy endoscopy biopsy spirometry mammogram culture lvef spo2 "
    "pressure temperature weight height bmi hiv hcv hbv covid penicillin sulfa latex insulin warfarin "
    "aspirin heparin oxygen metoprolol iron"
)
_STOP: Final = word_set(
    "a an the of to in on at for from by with as is are was were be been being has have had do does "
    "did this that these those it its he she they his her their him them who which what when where "
    "and or nor but not no than then there here also any all each per patient patients pt person "
    "record records document documents note notes noted states stated state says said shows showed "
    "shown documented documentation according evidence report reported reports indicates indicated "
    "mentioned listed recorded currently current during after before into about over under medication "
    "medications medicine medicines drug drugs take takes taking taken took receive receives received "
    "prescribed dose dosage daily day value level result results test measured should can will would "
    "may one mr mrs ms dr discharge discharged admission hospital visit given seen found due because "
    "since while up out at time times was very more most other"
)
_SUFFIXES: Final = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "ly", "e")


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause is about and says. `words` are stems, `terms` medicines, tests and proper names. `anew`:
    it begins with "now", and takes nothing over from what was before.
    """

    words: frozenset[str]
    terms: frozenset[str]
    denied: bool
    statuses: frozenset[tuple[str, str]]
    qualifiers: frozenset[str]
    anew: bool = False


def words_of(text: str) -> list[str]:
    return [folded(found.group()) for found in _WORD.finditer(text)]


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Enough of a stem for "continued" to meet "continue": no dictionary, no meaning."""
    if len(word) <= 4:
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


def content_of(text: str) -> frozenset[str]:
    """The stems of the words that say something, but for numbers, dates and statuses, which are compared apart."""
    rest = FREQUENCY.sub(" ", _STATUS.sub(" ", text))
    return frozenset(
        stem(word)
        for whole in words_of(rest)
        for word in whole.split("-")  # "follow-up" is "follow up"
        if word not in _STOP
        and word not in UNITS
        and word not in MONTHS
        and not _is_amount(word)
        and len(word) > 1
    )


def _is_amount(word: str) -> bool:
    """Digits, or digits with their unit ("10mg"): numbers are compared apart."""
    unit = word.lstrip("0123456789")
    return unit != word and (not unit or unit in UNITS)


def terms_of(text: str) -> frozenset[str]:
    """Medicines, tests, months, and capitalised words that are no words of English, in lower case."""
    found = set()
    for match in _WORD.finditer(FREQUENCY.sub(" ", text)):
        token, word = match.group(), folded(match.group()).removesuffix("'s")
        if _is_term(token, word):
            found.add(word)
    return frozenset(found)


def _is_term(token: str, word: str) -> bool:
    if word in LABS or (word in MONTHS and len(word) > 3 and word not in ("march", "may")):
        return True
    if word in _STOP or word in UNITS or len(word) < 2 or _is_amount(word):
        return False
    known = lists()
    plain = all(part in known["words"] or part in _STOP for part in word.split("-"))
    if not plain and (word in medicines() or (len(word) > 5 and word.endswith(MEDICAL_ENDINGS))):
        return True
    if any(letter.isdigit() for letter in word):
        return any(letter.isalpha() for letter in word)
    if token.isupper() and len(token) > 1:
        return True
    names = plain or word in known["first-words"] or word in known["last-words"]
    return token[0].isupper() and not names


def names_the_same(term: str, others: frozenset[str]) -> bool:
    """The word itself, its plural, or another name of the same medicine (a brand of it, medicines.txt)."""
    if term in others or stem(term) in {stem(other) for other in others}:
        return True
    groups = medicines().get(term)
    return groups is not None and any(groups & medicines().get(other, frozenset()) for other in others)


def all_of(text: str) -> frozenset[str]:
    """All words that may tell one line from another, as stems; those of `_STOP` that are long enough, too."""
    said = (word for word in words_of(FREQUENCY.sub(" ", text)) if len(word) > 3)
    stems = {stem(word) for word in said if word not in UNITS and not _is_amount(word)}
    return frozenset(word for word in terms_of(text) | stems if any(map(str.isalpha, word)))


def in_common(said: frozenset[str], others: frozenset[str]) -> int:
    """How many words are in both, another name of the same medicine included."""
    return sum(word in others or (word in medicines() and names_the_same(word, others)) for word in said)


def parts_of(text: str) -> list[str]:
    """The text's clauses, as they are written; "September 15, 2024" is in one."""
    parts: list[str] = []
    for part in (part for sentence in _split(_HARD, text) for part in _split(_SOFT, sentence)):
        if parts and re.match(r", \d{4}\b", part):
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def clauses_of(text: str) -> list[Clause]:
    clauses: list[Clause] = []
    for sentence in _split(_HARD, text):
        parts = [_clause(part) for part in _split(_SOFT, sentence)]
        clauses += _inherited(
            [part for part in parts if part.words or part.terms or part.statuses or part.denied]
        )
    return clauses


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """The pieces, each with the mark or the word that begins it: "nor" and "without" say something."""
    pieces, start = [], 0
    for found in pattern.finditer(text):
        pieces.append(text[start : found.start()])
        start = found.start()
    pieces.append(text[start:])
    return [piece for piece in pieces if piece.strip(" ,;.:\n")]


def _clause(text: str) -> Clause:
    statuses = set()
    for found in _STATUS.finditer(text):
        group, _, value = str(found.lastgroup).partition("__")
        statuses.add((group, value))
    qualifiers = frozenset(str(found.lastgroup) for found in _QUALIFIER.finditer(text))
    denials = len(_NEGATION.findall(text))
    anew = _ANEW.match(text) is not None
    return Clause(content_of(text), terms_of(text), denials % 2 == 1, frozenset(statuses), qualifiers, anew)


def _inherited(clauses: list[Clause]) -> list[Clause]:
    """Lists share what is said of them: forwards first, then backwards to a beginning that says nothing."""
    found: list[Clause] = []
    for clause in clauses:
        before = found[-1] if found else None
        silent = not clause.statuses and not clause.denied
        if before is not None and silent and not _is_new_statement(clause):
            clause = Clause(clause.words, clause.terms, before.denied, before.statuses, clause.qualifiers | before.qualifiers)  # fmt: skip
        found.append(clause)
    for at in range(len(found) - 2, -1, -1):
        clause, after = found[at], found[at + 1]
        if not clause.statuses and not clause.denied and clause.terms and after.statuses:
            found[at] = Clause(clause.words, clause.terms, after.denied, after.statuses, clause.qualifiers | after.qualifiers)  # fmt: skip
    return found


_ANEW: Final = re.compile(r"\W*(?:and )?(?:now|currently|presently|at present)\b(?! also)", re.IGNORECASE)
_VERBS: Final = word_set(
    "has have had is was are were report reports reported takes shows showed presents presented complains"
)


def _is_new_statement(clause: Clause) -> bool:
    return clause.anew or bool(clause.words & _VERBS)


def disagreement(claim: str, evidence: str) -> str:
    """The code of where the claim says other than the evidence, clause by clause; "" where it does not."""
    known = clauses_of(evidence)
    for clause in clauses_of(claim):
        if not clause.denied and _affirms_what_is_denied(clause, known):
            return "negation"
        codes = {_against(clause, other) for other in _about(clause, known)}
        if codes and "" not in codes:
            return min(codes)
    return ""


def _affirms_what_is_denied(clause: Clause, known: list[Clause]) -> bool:
    """Whether a word of the claim stands only in clauses that deny: "a tear of the knee without fracture"."""
    for word in clause.words | clause.terms:
        denials = [other.denied for other in known if word in other.words or word in other.terms]
        if denials and all(denials):
            return True
    return False


def _about(clause: Clause, known: list[Clause]) -> list[Clause]:
    """The clauses of the evidence that speak of what the claim's clause does, most in common."""
    scores = []
    for other in known:
        terms = sum(names_the_same(term, other.terms) for term in clause.terms)
        scores.append(3 * terms + len(clause.words & other.words))
    best = max(scores, default=0)
    return [other for other, score in zip(known, scores, strict=True) if score == best] if best else known


def _against(claim: Clause, evidence: Clause) -> str:
    if claim.denied != evidence.denied:
        return "negation"
    for group in {group for group, _ in claim.statuses}:
        said = {value for name, value in claim.statuses if name == group}
        if not said <= {value for name, value in evidence.statuses if name == group}:
            return "status"
    stopped = {
        ("therapy", "stop"),
        ("therapy", "avoid"),
        ("allergy", "allergic"),
        ("result", "negative"),
        ("event", "cancelled"),
    }
    if (evidence.statuses & stopped) - claim.statuses:
        return "status"
    if evidence.qualifiers - claim.qualifiers - _FREE:
        return "qualifier"
    return ""
