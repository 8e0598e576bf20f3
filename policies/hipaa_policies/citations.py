"""The paragraphs of the Security Rule that controls cite: their names, how binding they are, what they ask.

45 CFR Part 164, Subpart C, and its Appendix A. A standard whose specifications are all addressable is
entered as addressable; one without any, or with a required one, as required. ``says`` is the rule in short,
not its text: https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-C/part-164/subpart-C
"""

from __future__ import annotations

from dataclasses import dataclass

from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Requirement


@dataclass(frozen=True)
class Citation:
    paragraph: str
    name: str
    requirement: Requirement
    says: str


_ALL = (
    (
        "164.308(a)(1)(ii)(A)",
        "Risk analysis",
        REQUIRED,
        "Assess thoroughly the risks to the confidentiality, integrity and availability of ePHI.",
    ),
    (
        "164.308(a)(1)(ii)(B)",
        "Risk management",
        REQUIRED,
        "Reduce risks and vulnerabilities to a reasonable and appropriate level.",
    ),
    (
        "164.308(a)(1)(ii)(D)",
        "Information system activity review",
        REQUIRED,
        "Regularly review records of activity, such as audit logs, access reports and incident tracking.",
    ),
    (
        "164.308(a)(4)(ii)(B)",
        "Access authorization",
        ADDRESSABLE,
        "Have policies for granting access to ePHI, by workstation, transaction or program, say.",
    ),
    (
        "164.308(a)(4)(ii)(C)",
        "Access establishment and modification",
        ADDRESSABLE,
        "Establish, document, review and modify a user's right of access by those policies.",
    ),
    (
        "164.308(a)(5)(ii)(C)",
        "Log-in monitoring",
        ADDRESSABLE,
        "Monitor log-in attempts, and report discrepancies.",
    ),
    (
        "164.308(a)(5)(ii)(D)",
        "Password management",
        ADDRESSABLE,
        "Have procedures for creating, changing and safeguarding passwords.",
    ),
    (
        "164.308(a)(5)(ii)(B)",
        "Protection from malicious software",
        ADDRESSABLE,
        "Have procedures for guarding against, detecting and reporting malicious software.",
    ),
    (
        "164.308(a)(6)(ii)",
        "Response and reporting",
        REQUIRED,
        "Respond to security incidents, mitigate their harm, and document them with their outcomes.",
    ),
    (
        "164.308(a)(7)(i)",
        "Contingency plan",
        REQUIRED,
        "Have policies for responding to an emergency that damages systems with ePHI.",
    ),
    (
        "164.308(a)(7)(ii)(A)",
        "Data backup plan",
        REQUIRED,
        "Create and maintain retrievable exact copies of ePHI.",
    ),
    (
        "164.308(a)(7)(ii)(C)",
        "Emergency mode operation plan",
        REQUIRED,
        "Continue the critical processes that protect ePHI while operating in emergency mode.",
    ),
    (
        "164.308(a)(7)(ii)(D)",
        "Testing and revision procedures",
        ADDRESSABLE,
        "Test contingency plans periodically, and revise them.",
    ),
    (
        "164.308(a)(8)",
        "Evaluation",
        REQUIRED,
        "Evaluate periodically, technically too, how far security meets the rule.",
    ),
    (
        "164.308(b)(1)",
        "Business associate contracts",
        REQUIRED,
        "Let a business associate handle ePHI only with satisfactory assurances that it will safeguard it.",
    ),
    (
        "164.312(a)(1)",
        "Access control",
        REQUIRED,
        "Allow access to ePHI only to persons and programs that have been granted it.",
    ),
    (
        "164.312(a)(2)(i)",
        "Unique user identification",
        REQUIRED,
        "Assign a unique name or number for identifying and tracking user identity.",
    ),
    (
        "164.312(a)(2)(ii)",
        "Emergency access procedure",
        REQUIRED,
        "Have procedures for obtaining necessary ePHI during an emergency.",
    ),
    (
        "164.312(a)(2)(iii)",
        "Automatic logoff",
        ADDRESSABLE,
        "End an electronic session after a predetermined time of inactivity.",
    ),
    (
        "164.312(a)(2)(iv)",
        "Encryption and decryption",
        ADDRESSABLE,
        "Have a mechanism to encrypt and decrypt ePHI.",
    ),
    (
        "164.312(b)",
        "Audit controls",
        REQUIRED,
        "Have mechanisms that record and examine activity in systems that contain or use ePHI.",
    ),
    (
        "164.312(c)(1)",
        "Integrity",
        ADDRESSABLE,
        "Protect ePHI from improper alteration or destruction.",
    ),
    (
        "164.312(c)(2)",
        "Mechanism to authenticate ePHI",
        ADDRESSABLE,
        "Have mechanisms to corroborate that ePHI has not been altered or destroyed without authorization.",
    ),
    (
        "164.312(d)",
        "Person or entity authentication",
        REQUIRED,
        "Verify that a person or entity seeking access to ePHI is the one claimed.",
    ),
    (
        "164.312(e)(1)",
        "Transmission security",
        ADDRESSABLE,
        "Guard against unauthorized access to ePHI that is transmitted over a network.",
    ),
    (
        "164.312(e)(2)(i)",
        "Integrity controls in transmission",
        ADDRESSABLE,
        "Make sure that transmitted ePHI is not improperly modified without detection.",
    ),
    (
        "164.312(e)(2)(ii)",
        "Encryption in transmission",
        ADDRESSABLE,
        "Have a mechanism to encrypt ePHI in transmission whenever deemed appropriate.",
    ),
    (
        "164.316(b)(2)(i)",
        "Documentation: time limit",
        REQUIRED,
        "Keep documentation for 6 years from its creation, or from when it last was in effect.",
    ),
)

CITATIONS = {entry[0]: Citation(*entry) for entry in _ALL}
