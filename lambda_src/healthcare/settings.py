"""Settings come from the environment that Terraform writes, and are read once, when the function starts."""

import os


class SettingMissingError(Exception):
    """A setting is missing or empty. Carries the setting's name, which is never health information."""


def required(name: str) -> str:
    """The value of environment variable `name`; SettingMissingError where it is absent or blank."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise SettingMissingError(f"environment variable {name} is not set")
    return value


def names(name: str) -> frozenset[str]:
    """A comma-separated environment variable as a set; empty where it is absent."""
    return frozenset(part.strip() for part in os.environ.get(name, "").split(",") if part.strip())
