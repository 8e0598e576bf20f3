"""A release: everything but the upload. See docs/releases.md."""
