"""The paragraphs of the Security Rule that controls cite: their names, and how binding they are.

45 CFR Part 164, Subpart C, and its Appendix A. A standard whose specifications are all addressable is
entered as addressable; one without any, or with a required one, as required.
"""

from __future__ import annotations

from dataclasses import dataclass

from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Requirement


@dataclass(frozen=True)
class Citation:
    paragraph: str
    name: str
    requirement: Requirement


_ALL = (
    ("164.308(a)(1)(ii)(A)", "Risk analysis", REQUIRED),
    ("164.308(a)(1)(ii)(B)", "Risk management", REQUIRED),
    ("164.308(a)(1)(ii)(D)", "Information system activity review", REQUIRED),
    ("164.308(a)(4)(ii)(B)", "Access authorization", ADDRESSABLE),
    ("164.308(a)(4)(ii)(C)", "Access establishment and modification", ADDRESSABLE),
    ("164.308(a)(5)(ii)(C)", "Log-in monitoring", ADDRESSABLE),
    ("164.308(a)(5)(ii)(D)", "Password management", ADDRESSABLE),
    ("164.308(a)(6)(ii)", "Response and reporting", REQUIRED),
    ("164.308(a)(7)(i)", "Contingency plan", REQUIRED),
    ("164.308(a)(7)(ii)(A)", "Data backup plan", REQUIRED),
    ("164.308(a)(7)(ii)(C)", "Emergency mode operation plan", REQUIRED),
    ("164.308(b)(1)", "Business associate contracts", REQUIRED),
    ("164.312(a)(1)", "Access control", REQUIRED),
    ("164.312(a)(2)(iii)", "Automatic logoff", ADDRESSABLE),
    ("164.312(a)(2)(iv)", "Encryption and decryption", ADDRESSABLE),
    ("164.312(b)", "Audit controls", REQUIRED),
    ("164.312(c)(1)", "Integrity", ADDRESSABLE),
    ("164.312(c)(2)", "Mechanism to authenticate ePHI", ADDRESSABLE),
    ("164.312(d)", "Person or entity authentication", REQUIRED),
    ("164.312(e)(1)", "Transmission security", ADDRESSABLE),
    ("164.312(e)(2)(i)", "Integrity controls in transmission", ADDRESSABLE),
    ("164.312(e)(2)(ii)", "Encryption in transmission", ADDRESSABLE),
    ("164.316(b)(2)(i)", "Documentation: time limit", REQUIRED),
)

CITATIONS = {paragraph: Citation(paragraph, name, requirement) for paragraph, name, requirement in _ALL}
