"""How well questions about a patient's record are answered: `make eval`. See docs/rag_evaluation.md."""
