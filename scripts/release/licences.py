"""The licence that a library declares, as SPDX names it where it can be named so."""

from __future__ import annotations

from email.message import Message

from cyclonedx.exception.factory import InvalidLicenseExpressionException, InvalidSpdxLicenseException
from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model.license import DisjunctiveLicense, License, LicenseAcknowledgement

CLASSIFIER = "License :: OSI Approved :: "
# The classifiers that mean one licence of https://spdx.org/licenses; "BSD License" is one of several.
OF_CLASSIFIER = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
DECLARED = LicenseAcknowledgement.DECLARED
MAKE = LicenseFactory()


def declared(metadata: Message) -> list[License]:
    """What the core metadata says, the most exact field first; empty where it says nothing.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    for text in (metadata.get("License-Expression"), metadata.get("License")):
        found = of_spdx(text or "")
        if found is not None:
            return [found]
    classifiers = [
        text.removeprefix(CLASSIFIER)
        for text in metadata.get_all("Classifier", [])
        if text.startswith(CLASSIFIER)
    ]
    if classifiers:
        return [of_classifier(text) for text in sorted(set(classifiers))]
    said = (metadata.get("License") or "").strip().splitlines()
    return [MAKE.make_with_name(said[0], acknowledgement=DECLARED)] if said else []


def of_spdx(text: str) -> License | None:
    """The licence or expression that ``text`` is; None where it is neither, or not one that SPDX has."""
    if not text.strip():
        return None
    try:
        return MAKE.make_with_id(text.strip(), acknowledgement=DECLARED)
    except InvalidSpdxLicenseException:
        pass  # perhaps several, joined by AND, OR, WITH
    try:
        return MAKE.make_with_expression(text.strip(), acknowledgement=DECLARED)
    except InvalidLicenseExpressionException:
        return None


def of_classifier(text: str) -> DisjunctiveLicense:
    if text in OF_CLASSIFIER:
        return MAKE.make_with_id(OF_CLASSIFIER[text], acknowledgement=DECLARED)
    return MAKE.make_with_name(text, acknowledgement=DECLARED)
