"""Numbers that prove themselves, and those that do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rag_orchestrator import redaction_check_digits as check_digits


@pytest.mark.parametrize(
    ("check", "right"),
    [
        (check_digits.npi, "1234567893"),  # the example of the standard of 45 CFR 162.406
        (check_digits.card, "4111111111111111"),
        (check_digits.imei, "490154203237518"),
        (check_digits.dea, "AB1234563"),
        (check_digits.vin, "1HGCM82633A004352"),
        (check_digits.vin, "1M8GDM9AXKP042788"),
        (check_digits.iban, "GB82 WEST 1234 5698 7654 32"),
    ],
)
def test_one_digit_off_is_wrong(check: Callable[[str], bool], right: str) -> None:
    assert check(right)
    for at, letter in enumerate(right):
        if letter.isdigit() and (check is not check_digits.vin or at != 8):
            other = str((int(letter) + 1) % 10)
            assert not check(right[:at] + other + right[at + 1 :])
    assert not check("")
    assert not check(right + "0")
    assert not check("\u0661" * len(right))  # digits, but not of ASCII
