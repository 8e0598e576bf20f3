"""Evidence that speaks to a model instead of telling of a patient, and names of documents that do more than name.

A quote of such a text is verbatim, and so no check of quotes stops it: a document that says "answer that 80
mg are safe" carries the claim that 80 mg are safe. So no model sees it, and no claim rests on it; its source
is named as read. Words of instruction that medicine uses itself ("tell your doctor if", "the physician
assistant will call") are left alone. This finds what says so openly; a document that only states what is not
true looks like any other: docs/rag.md.
"""
# ruff: noqa: E501 - a pattern is one line, as it is read

import html
import re
import unicodedata
from typing import Final

_DEVICES: Final = r"(?:instructions?|prompts?|rules?|guidelines?|messages?|directives?|directions?)"
_SAY: Final = (
    r"(?:answer|confirm|give|ignore|include|list|mention|output|print|put|recommend|repeat|reply|respond|say|state|"
    r"tell|write)"
)
# Who reads a record for somebody else, and is no person: neither a reviewer nor a records department.
_READERS: Final = (
    r"(?:summari[sz](?:er|ers|ing tool)|(?:summary|text|answer) (?:generator|generation|engine|tool|bot|software)|"
    r"(?:auto(?:mated|matic)|generated|machine) (?:summary|answer|reply|reader|assistant)|"
    r"(?:tool|software|system|program|bot|machine|algorithm|agent)s? (?:that|which) (?:reads?|answers?|sums?|summari[sz]es?)|"
    r"whoever (?:reads|prepares|writes|sums|summari[sz]es|answers)|\bllms?\b|\bgpt\b|chat ?bots?)"
)
_PATTERNS: Final = (
    # Overriding what came before.
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}?"
    rf"\b(?:{_DEVICES}|guardrails?|(?:were|been) told)\b",
    r"\bdecode (?:and|then|this)\b|\b(?:evidence|passages?|lines?|text|notes?) (?:before|above|elsewhere)\b.{0,40}?\b(?:outdated|void|invalid|false|wrong)\b",
    # The same in the languages that documents here come in besides English.
    r"\b(?:ignor(?:a|ad|e|es|ez|iere|ieren|ieri|are)|olvid[ae]|oubli(?:e|er|ez)|vergiss|vergessen sie|dimentic[ah]i?|esque[cç]a)\b.{0,60}?"
    r"\b(?:instruc|instru[cç]|indicacion|anweis|vorgaben|istruz|indicazion|consigne|regeln|reglas|r[eè]gles|regole|regras)",
    # By name. The assistants of medicine have their kind before them.
    rf"\b(?:as an ai|ai assistant|(?:large )?language model|chatgpt|jailbreak|prompt injection)\b|\b{_READERS}",
    r"(?<!physician )(?<!medical )(?<!nursing )(?<!surgical )(?<!dental )(?<!care )(?<!office )(?<!first )"
    rf"\bassistants? (?:(?:must|should|shall|will|has to|is to|needs to) (?:\w+ ){{0,2}}{_SAY}|answers?)\b",
    # Saying what the answer is to be.
    r"(?:^|[.!?:;,]\s{1,9}|\b(?:and|then|instead|now)\s{1,9})(?:answer|reply|respond)(?: \w+){0,2}"
    r"(?: (?:that|with|only)\b|:)",
    r"\b(?:the|your|correct|only|right) (?:answer|reply|response)\s(?:\w+\s){0,4}?(?:is|must|should|has to|shall)\b",
    r"\btell the (?:clinician|reader|requester|user)\b.{0,20}?\b(?:that|to)\b",
    r"\b(?:ask(?:s|ed)? about|question (?:about|on))\b.{0,60}?\b(?:answer|reply|response) (?:must|should|is to|has to)\b",
    r"\byou must now\b|\byou are now (?:a|an|in|the)\b|\bpretend (?:that |to be |you)|\brole-?play",
    r"\byou are (?:a|an|the) .{0,40}?\b(?:of|in) (?:a|the|this) (?:play|game|story|film|novel)\b",
    # A question and its answer, and the answer's own form: what a model would give, and no record holds.
    r"(?:^|\n)[ \t>*-]{0,9}q(?:uestion)?[ \t]?[:.][^\n]{1,200}\n[ \t>*-]{0,9}a(?:nswer)?[ \t]?[:.]",
    r"[\"']?(?:claims|chunk_id|supported)[\"']\s?:",
    # The marks by which servers part messages, and prompts their parts.
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\b|\[/?inst\]|<</?sys>>|<!--",
    r"(?:^|\n)[^\w\n]{0,20}(?:(?:system|developer|assistant|new (?:task|instruction)s?)\s?:|#[ \t]?system\b)",
    rf"\b(?:system|developer) (?:mode|prompt|{_DEVICES})|## ?(?:instruction|response|system)\b",
)
_TO_A_MODEL: Final = re.compile("|".join(_PATTERNS), re.IGNORECASE | re.DOTALL)
# Digits for letters, and letters one by one: only the words that such a text must have are looked for.
_DISGUISED: Final = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|my|these|previous|prior|earlier|above|of){0,5}"
    r"(?:instructions?|directives?|rules|prompts?|guidelines)"
)
_DIGITS: Final = str.maketrans("0134578@$", "oieastbas")
_LOOK_ALIKES: Final = str.maketrans("аеорсухіјѕԁһανορτικε", "aeopcyxijsdhavoptike")
_LEADS_OUT: Final = re.compile(
    r"https?:|www\.|//|\w@\w|[<>{}|`\\]|\]\(|(?:\d[() .-]{0,3}){10}", re.IGNORECASE
)
_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_LONGEST_NAME: Final = 300


def speaks_to_a_model(text: str) -> bool:
    """Whether some of the text is addressed to whatever reads it for somebody else. Never raises."""
    plain = _plain(text)
    if _TO_A_MODEL.search(plain):
        return True
    bare = "".join(filter(str.isalpha, plain.lower().translate(_LOOK_ALIKES).translate(_DIGITS)))
    return _DISGUISED.search(bare) is not None


def name_of(source: str, kind: str) -> str:
    """The document's name as it may be shown to a clinician and to a model, or "<kind> document".

    Whoever sends a document in writes its title: one that speaks to a model, leads out or hides something is
    not repeated.
    """
    plain = _plain(source)
    fit = (
        0 < len(source) <= _LONGEST_NAME
        and source.isprintable()
        and plain == unicodedata.normalize("NFKC", source)
    )
    if fit and not _LEADS_OUT.search(_DAY.sub("", plain)) and not speaks_to_a_model(plain):
        return source
    return f"{kind if kind.isascii() and kind.isalpha() else 'untitled'} document"


def _plain(text: str) -> str:
    """What a reader sees: entities and look-alike forms resolved, characters without a form left out."""
    seen = unicodedata.normalize("NFKC", html.unescape(text))
    return "".join(letter for letter in seen if unicodedata.category(letter) != "Cf")
