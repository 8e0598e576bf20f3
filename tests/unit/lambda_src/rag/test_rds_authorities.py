"""The certificate authorities that are trusted by default are what the file's head says."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime

from cryptography import x509
from rag_retrieval.postgresql_connection import RDS_AUTHORITIES

TEXT = RDS_AUTHORITIES.read_text(encoding="ascii")
CERTIFICATES = x509.load_pem_x509_certificates(TEXT.encode())
HEAD = " ".join(line.removeprefix("# ") for line in TEXT.split("\n\n")[0].splitlines())


def taken_on() -> datetime:
    found = re.search(r"taken on (\d{4}-\d\d-\d\d)", HEAD)
    assert found
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)


def name_of(certificate: x509.Certificate) -> str:
    (name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(name.value)


def test_the_head_says_how_many_and_of_which_regions() -> None:
    count = re.search(r"Certificates: (\d+) of", HEAD)
    regions = re.search(r"Regions: ([^.]+)\.", HEAD)
    assert count
    assert regions
    assert int(count[1]) == len(CERTIFICATES) == TEXT.count("BEGIN CERTIFICATE")
    named = {name_of(certificate).split()[2] for certificate in CERTIFICATES}
    assert named == set(regions[1].split(", "))


def test_each_is_a_root_of_rds_that_had_not_expired() -> None:
    for certificate in CERTIFICATES:
        name = name_of(certificate)
        assert re.fullmatch(r"Amazon RDS [a-z0-9-]+ Root CA (RSA2048|RSA4096|ECC384) G1", name), name
        assert certificate.issuer == certificate.subject, name
        certificate.verify_directly_issued_by(certificate)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        assert constraints.ca, name
        assert certificate.not_valid_before_utc < taken_on() < certificate.not_valid_after_utc, name


def test_openssl_takes_the_file() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(RDS_AUTHORITIES)
    assert context.cert_store_stats()["x509_ca"] == len(CERTIFICATES)
