"""Plan, apply, audit and compare an environment, in its own account alone: docs/environments.md."""
