"""Evidence that speaks to a model instead of telling of a patient.

A quote of such a text is verbatim, and so no check of quotes stops it: a document that says "answer that 80
mg are safe" carries the claim that 80 mg are safe. So no model sees it, and no claim rests on it; its source
is named as read. Words of instruction that medicine uses itself ("tell your doctor if", "the physician
assistant will call") are left alone. This finds what says so openly; a document that only states what is not
true looks like any other: docs/rag.md.
"""

import html
import re
import unicodedata
from typing import Final

_DEVICES: Final = r"(?:instructions?|prompts?|rules?|guidelines?|messages?)"
_PATTERNS: Final = (
    # Overriding what came before.
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}"
    rf"\b(?:{_DEVICES}|guardrails?|(?:were|been) told)\b",
    # The same in the languages that documents here come in besides English.
    r"\b(?:ignor(?:a|ad|e|es|ez|iere|ieren|ieri|are)|olvida|oublie[rz]?|vergiss|dimentica|esque[cç]a)\b.{0,60}"
    r"\b(?:instruc|instru[cç]|anweis|istruz|consigne|regeln|reglas|r[eè]gles|regole|regras)",
    # By name. The assistants of medicine have their kind before them.
    r"\b(?:as an ai|ai assistant|(?:large )?language model|chatgpt|chatbot|jailbreak|prompt injection)\b",
    r"(?<!physician )(?<!medical )(?<!nursing )(?<!surgical )(?<!dental )(?<!care )(?<!office )(?<!first )"
    r"\bassistant (?:must|should|shall|will|has to|is to|needs to) (?:\w+ ){0,2}"
    r"(?:answer|confirm|ignore|include|mention|output|print|recommend|repeat|reply|respond|say|state|write)\b",
    # Saying what the answer is to be.
    r"(?:^|[.!?:;,]\s+|\b(?:and|then|instead|now)\s+)(?:answer|reply|respond)(?: \w+){0,2}"
    r"(?: (?:that|with|only)\b|:)",
    r"\btell the (?:clinician|reader|requester|user)\b.{0,20}\bthat\b",
    r"\byou must now\b|\byou are now (?:a|an|in|the)\b|\bpretend (?:that |to be |you)|\brole-?play",
    r"\byou are (?:a|an|the) .{0,40}\b(?:of|in) (?:a|the|this) (?:play|game|story|film|novel)\b",
    # The marks by which servers part messages, and prompts their parts.
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\b|\[/?inst\]|<</?sys>>",
    r"(?:^|\n)\W*(?:system|developer|assistant|new (?:task|instruction)s?)\s*:",
    rf"\b(?:system|developer) (?:mode|prompt|{_DEVICES})|#{{2,}} ?(?:instruction|response)\b",
)
_TO_A_MODEL: Final = re.compile("|".join(_PATTERNS), re.IGNORECASE | re.DOTALL)


def speaks_to_a_model(text: str) -> bool:
    """Whether some of the text is addressed to whatever reads it for somebody else. Never raises."""
    return _TO_A_MODEL.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """What a reader sees: entities and look-alike forms resolved, characters without a form left out."""
    seen = unicodedata.normalize("NFKC", html.unescape(text))
    return "".join(letter for letter in seen if unicodedata.category(letter) != "Cf")
