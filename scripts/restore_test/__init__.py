"""Restore the latest backup of every store to a new name, prove it, and delete it again: docs/backup.md."""
