"""Medical documents dropped in a bucket, into text and metadata: docs/documents.md."""
