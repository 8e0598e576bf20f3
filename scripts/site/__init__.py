"""The documentation's site: gathers the pages, generates what code already knows, and has MkDocs build it."""
