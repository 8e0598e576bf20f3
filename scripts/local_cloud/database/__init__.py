"""The database that RDS would run: PostgreSQL behind TLS and IAM authentication."""
