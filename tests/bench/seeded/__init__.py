"""The seeded account: every violation that the live lens can see, each beside a compliant twin."""
