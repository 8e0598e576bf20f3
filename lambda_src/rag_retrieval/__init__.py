"""Evidence for clinical questions: retrieval, ingestion of documents, and the schema they share."""
