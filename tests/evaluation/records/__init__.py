"""Invented patients with their documents, and questions whose answers are known from their records."""
