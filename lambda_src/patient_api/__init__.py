"""Patients' records under audit: docs/patient_api.md."""
