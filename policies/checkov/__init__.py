"""Checks for checkov, in `--external-checks-dir`: what its own do not ask, of one resource."""
