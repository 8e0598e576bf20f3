"""Numbers that belong to one person: by what stands before them, by their shape, by their check digit."""
# ruff: noqa: E501 - a pattern is one line, as it is read

import re
from collections.abc import Iterator
from typing import Final

from rag_orchestrator import redaction_check_digits as check_digits
from rag_orchestrator.redaction_kinds import Finding

_VALUE: Final = r"(?P<v>[A-Z0-9]+(?:[-./:][A-Z0-9]+)*(?:[ ]\d{2,6}(?![\d./%]|[ ]?(?:m?c?g|ml|units?|mmhg|bpm|days?|years?|weeks?|hours?)\b))*)"
_BETWEEN: Final = r"(?:[ ]*(?:numbers?|no\b\.?|num\b\.?|nr\b\.?|id\b|identifier|code|is|was|of|under|with|ending(?:[ ]in)?|reads|[:#=,(\"-]))*[ ]*"
_CUES: Final = {
    "SSN": r"ssn|s\.s\.n\.|ss[ ]?\#|social[ ]security|social(?=[ ](?:is|number|no|\#|:))|last[ ](?:four|4)(?:[ ]of)?(?:[ ](?:ssn|social))?",
    "MRN": r"m\.?r\.?n\.?|med(?:ical)?[ ]?rec(?:ord)?s?|mr\#|chart|hospital[ ](?:number|no|id|\#)|patient[ ](?:id|identifier|number|no\b|\#)|pt[ ]id|unit[ ](?:number|no|record)|health[ ]record|record[ ](?:number|no\b|\#)|ehr[ ]id|nhs",
    "HEALTH_PLAN": r"(?:health[ ]?)?plan(?:[ ](?:beneficiary|member|id|number))+|health[ ]plan|beneficiary|member(?:ship)?|subscriber|policy|insurance|insured|medicare|medicaid|hicn|mbi|group(?=[ ](?:number|no\b|\#|id))|payer[ ]id|bcbs|aetna|cigna|humana|tricare|unitedhealthcare|blue[ ]cross(?:[ ]blue[ ]shield)?|kaiser|coverage[ ]id",
    "ACCOUNT": r"acc(?:oun)?t|a/c|billing|invoice|bank(?:[ ]account)?|iban|routing|guarantor|(?:credit|debit)[ ]card|visa|mastercard|amex|card(?=[ ](?:number|no\b|\#|ending))|statement(?=[ ](?:number|no\b|\#))",
    "VEHICLE": r"vin\b|vehicle(?:[ ]identification)?|(?:licen[cs]e|number|registration|car|truck)[ ](?:plates?|tags?)|plates?|tag(?=[ ](?:number|no\b|\#))|vehicle[ ]registration|registration[ ]plate",
    "LICENSE": r"licen[cs]e|lic\b\.?|d\.?l\.?(?=[ ]?(?:\#|no|number|:))|dea|npi|(?:birth|death|marriage)?[ ]?cert(?:ificat(?:e|ion))?|passport|upin|registration(?=[ ](?:number|no\b|\#))",
    "DEVICE": r"serial|s/n|sn\b|udi|imei|device(?:[ ](?:id|identifier|number))?|pacemaker|defibrillator|icd(?=[ ](?:serial|sn|model|device))|implant(?:ed)?|pump(?=[ ](?:serial|sn|id|\#|number|no))|cgm(?=[ ](?:serial|sn|id))|stent(?=[ ](?:serial|lot))|prosthesis(?=[ ](?:serial|lot|id))|lot(?=[ ](?:number|no\b|\#))|mac(?=[ ]address)|glucometer|ventilator(?=[ ](?:serial|sn|id))",
    "BIOMETRIC": r"finger[ ]?prints?|voice[ ]?prints?|retina(?:l)?(?:[ ]scan)?|iris[ ](?:scan|template|code|id)|biometrics?|face(?:[ ]?print|[ ]template|[ ]id)|facial[ ](?:recognition|template|geometry|scan)|palm[ ](?:print|vein|scan)|hand[ ]geometry|thumb[ ]?print|dna[ ](?:profile|sample[ ]id)|gait[ ](?:id|template)",
    "PHOTO": r"photo(?:graph)?s?|picture|selfie|headshot|mugshot|portrait|face[ ]image|image(?=[ ](?:file|id|number|no\b|\#))",
    "ID": r"case|encounter|visit|accession|specimen|sample(?=[ ](?:id|number|no\b|\#))|study[ ]id|employee|badge|student|claim|(?:prior[ ])?auth(?:orization)?|referral|order(?=[ ](?:id|number|no\b|\#))|confirmation|tracking|transaction|(?:rx|prescription)(?=[ ]?(?:number|no\b|\#|id))|donor|subject|participant|enroll(?:ee|ment)|customer|reference|ref\b|ticket|military|dod[ ]id|tax(?:payer)?|itin|ein|user(?:name|[ ]?id)|login|token|barcode|wristband|bracelet|fin\b|csn\b|identification|unique|external|national[ ]id|id(?=[ ]?(?:number|no\b|\#|:))",
}  # fmt: skip
_CUED: Final = re.compile(
    r"(?<![^\W_])(?=[a-z])(?:" + "|".join(rf"(?P<{kind}>{cues})" for kind, cues in _CUES.items()) + ")",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER: Final = re.compile(rf"(?:'s|s)?(?:[ ](?:card|record|account|serial|template|scan|file|hash|system|device|vehicle|identification|registration|member|policy|beneficiary|claim|implant|model|lot|plate|pin|badge|tag|profile|record))*{_BETWEEN}{_VALUE}", re.IGNORECASE)  # fmt: skip
_PLATE: Final = re.compile(r"[A-Z0-9]{1,4}[ -][A-Z0-9]{2,5}(?![\w.])")
_FILLED: Final = 3
"""Digits that a number with a cue has at least ("chart 2" is none)."""

_SSN: Final = re.compile(
    r"(?<![\w-])\d{3}([-. ])\d{2}\1\d{4}(?![\w-])|(?<![\w-])(?:XXX|\*\*\*|xxx)-(?:XX|\*\*|xx)-\d{4}\b"
)
_FILE: Final = re.compile(r"(?<![\w./-])[\w./-]*\w\.(?:jpe?g|png|heic|gif|tiff?|bmp|webp)\b", re.IGNORECASE)
_MAC: Final = re.compile(r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b", re.IGNORECASE)
_UUID: Final = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_UDI: Final = re.compile(r"\(01\)\d{14}(?:\(\d{2}\)[\w-]+)*")
_MBI: Final = re.compile(
    r"\b[1-9][AC-HJKMNP-RTW-Y][AC-HJKMNP-RTW-Y0-9]\d-?[AC-HJKMNP-RTW-Y][AC-HJKMNP-RTW-Y0-9]\d-?[AC-HJKMNP-RTW-Y]{2}\d{2}\b"
)
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_GROUPED: Final = re.compile(
    r"(?<![\w.-])\d{4}(?:[ -]\d{4}){2}[ -]\d{1,7}(?![\w-])|(?<![\w.-])3\d{3}[ -]\d{6}[ -]\d{5}(?![\w-])"
)
_TOKEN: Final = re.compile(
    r"(?<![\w.+/@:-])(?=[A-Z-]{0,12}\d)[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w@:%]|[-./,]\d)", re.IGNORECASE
)
_CODE_BEFORE: Final = re.compile(
    r"(?:icd(?:-?(?:9|10|11))?(?:-cm|-pcs)?|cpt|loinc|snomed(?:[ -]?ct)?|rx(?:norm|cui)|ndc|hcpcs|cvx|atc|nct|pmid|doi|omim|oid|drg|cas|grch\d+|pmc|orpha|unii|mesh|umls|hgvs|dsm-?\w*|code|codes|version|v)"
    r"(?:[ ](?:code|concept|id|no|number))?[ .:#=(-]*$",
    re.IGNORECASE,
)
_NO_PERSON: Final = re.compile(
    r"(?:rs\d+|nct\d+|pmid\d+|pmc\d+|covid.*|sars.*|il-?\d+|c\d{7}|umls.*|atc.*|omim.*)$", re.IGNORECASE
)
_UNIT_AFTER: Final = re.compile(
    r"[ ]?(?:m?c?g|kg|ml|l|iu|units?|copies|cells?|/|cfu|%|x10|per|steps|kcal|mmol|meq|platelets|colonies|microns?|dollars|bp\b)",
    re.IGNORECASE,
)
_FROM_FIRST_TO_LAST: Final = re.compile(r"\d(?:.*\d)?", re.DOTALL)
_CUE_REACH: Final = 100
_DIGIT: Final = re.compile(r"\d")
_LONG: Final = 7
_MIXED: Final = 5


def find(text: str) -> Iterator[Finding]:
    if not _DIGIT.search(text):
        return
    yield from _cued(text)
    for kind, pattern in (
        ("SSN", _SSN), ("PHOTO", _FILE), ("DEVICE", _MAC), ("ID", _UUID), ("DEVICE", _UDI), ("HEALTH_PLAN", _MBI),
    ):  # fmt: skip
        for found in pattern.finditer(text):
            yield Finding(kind, *found.span())
    for found in _IBAN.finditer(text):
        if check_digits.iban(found.group()):
            yield Finding("ACCOUNT", *found.span())
    for found in _GROUPED.finditer(text):
        yield Finding("ACCOUNT", *found.span())
    for found in _TOKEN.finditer(text):
        if kind := _kind_of(text, found):
            yield Finding(kind, *found.span())


def _cued(text: str) -> Iterator[Finding]:
    for cue in _CUED.finditer(text, *_reach(text)):
        end = cue.end()
        found = _AFTER.match(text, end)
        if found is None or (found.start("v") == end and cue.group()[-1].isalnum()):
            continue
        value = found.group("v")
        plate = _PLATE.match(text, found.start("v")) if cue.lastgroup == "VEHICLE" else None
        if plate and any(letter.isdigit() for letter in plate.group()):
            yield Finding("VEHICLE", *plate.span())
        digits = sum(letter.isdigit() for letter in value)
        if (
            digits >= (1 if cue.lastgroup == "VEHICLE" else _FILLED)
            and len(value) > _FILLED
            and not _NO_PERSON.match(value)
            and not _UNIT_AFTER.match(text, found.end("v"))
        ):
            yield Finding(str(cue.lastgroup), *found.span("v"))


def _reach(text: str) -> tuple[int, int]:
    """Where a cue may stand: not long before the first digit, and not after the last."""
    found = _FROM_FIRST_TO_LAST.search(text)
    return (max(0, found.start() - _CUE_REACH), found.end()) if found else (0, 0)


def _kind_of(text: str, found: re.Match[str]) -> str:
    """Of a token without a cue; "" where it may as well be a code of medicine, a dose or a count."""
    token = found.group()
    digits = sum(letter.isdigit() for letter in token)
    if digits < _MIXED or _CODE_BEFORE.search(text, max(0, found.start() - 30), found.start()):
        return ""
    if check_digits.vin(token):
        return "VEHICLE"
    if check_digits.dea(token):
        return "LICENSE"
    if token.isdigit():
        if digits < _LONG or _UNIT_AFTER.match(text, found.end()):
            return ""
        if check_digits.npi(token):
            return "LICENSE"
        if check_digits.card(token):
            return "ACCOUNT"
        return "DEVICE" if check_digits.imei(token) else "ID"
    letters = sum(letter.isalpha() for letter in token)
    if not letters or _NO_PERSON.match(token):
        return ""
    return "ID"
