"""In place of a language model and of an embedding model. It is neither: see answers.py and embeddings.py."""
