"""Questions about a patient, answered from the patient's own documents alone: docs/rag.md."""
