"""Reliability: what becomes of each message while AWS fails. `make reliability`, docs/reliability.md."""
