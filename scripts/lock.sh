#!/bin/sh
# Compile requirements/*.in to hash-locked *.txt without naming any package index,
# so that a lock file works against whichever index the machine is set up for.
set -eu
cd "$(dirname "$0")/../requirements"
compile() { uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --upgrade "$@"; }
compile --universal --python-version 3.11 uv.in --output-file uv.txt
compile --universal --python-version 3.11 tools.in --output-file tools.txt
compile --universal --python-version 3.11 checkov.in --output-file checkov.txt
compile --universal --python-version 3.11 cdktf.in --output-file cdktf.txt
compile --universal --python-version 3.11 cdktn.in --output-file cdktn.txt
compile --universal --python-version 3.11 docs.in --output-file docs.txt
compile --universal --python-version 3.11 lambda_runtime.in --output-file lambda_runtime.txt
compile --universal --python-version 3.11 evaluation.in --output-file evaluation.txt
compile --universal --python-version 3.11 --no-deps evaluation_models.in --output-file evaluation_models.txt
compile --universal --python-version 3.11 workflows.in --output-file workflows.txt
compile --universal --python-version 3.11 release.in --output-file release.txt
compile --universal --python-version 3.11 terraform_newest.in --output-file terraform_newest.txt
# The functions' dependencies are resolved for the platform that Lambda runs them on: Amazon Linux 2023 has glibc
# 2.34, and scripts/package_functions.py takes wheels for 2.28. https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 functions.in --output-file functions.txt
# After functions.txt, which it is held to: one version of a library in all zips.
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 appointments.in --output-file appointments.txt
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 compliance_auditor.in --output-file compliance_auditor.txt
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 document_ingest.in --output-file document_ingest.txt
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 hl7_ingest.in --output-file hl7_ingest.txt
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 rag_orchestrator.in --output-file rag_orchestrator.txt
compile --python-version 3.13 --python-platform aarch64-manylinux_2_28 rag_retrieval.in --output-file rag_retrieval.txt
