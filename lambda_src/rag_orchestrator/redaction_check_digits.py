"""Numbers that prove themselves: the arithmetic of their issuers."""

import re
from typing import Final

_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_DEA: Final = re.compile(r"[A-Za-z][A-Za-z9]\d{7}")
_NPI_PREFIX: Final = "80840"


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    values = [int(digit) for digit in reversed(digits)]
    doubled = (sum(divmod(2 * value, 10)) for value in values[1::2])
    return (sum(values[::2]) + sum(doubled)) % 10 == 0


def npi(text: str) -> bool:
    """A national provider identifier: 10 digits, Luhn with the prefix 80840 (45 CFR 162.406)."""
    return len(text) == 10 and text[0] in "12" and text.isdecimal() and luhn(_NPI_PREFIX + text)


def card(text: str) -> bool:
    return 13 <= len(text) <= 19 and text.isdecimal() and text[0] in "23456" and luhn(text)


def imei(text: str) -> bool:
    return len(text) == 15 and text.isdecimal() and luhn(text)


def dea(text: str) -> bool:
    """A DEA registration: two letters, seven digits, the last of d1+d3+d5+2(d2+d4+d6)."""
    if not _DEA.fullmatch(text) or not text.isascii():
        return False
    digits = [int(digit) for digit in text[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def vin(text: str) -> bool:
    """A vehicle identification number with the check digit of 49 CFR 565.15(c)."""
    text = text.upper()
    if not _VIN.fullmatch(text):
        return False
    values = (int(letter) if letter.isdigit() else _VIN_VALUES[letter] for letter in text)
    rest = sum(value * weight for value, weight in zip(values, _VIN_WEIGHTS, strict=True)) % 11
    return text[8] == ("X" if rest == 10 else str(rest))


def iban(text: str) -> bool:
    """ISO 13616: modulo 97 is 1."""
    plain = text.replace(" ", "").upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii() or not plain.isalnum():
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1
