"""Retrieval for clinical questions: evidence of one patient, ingestion of documents, and the schema it lies in."""
