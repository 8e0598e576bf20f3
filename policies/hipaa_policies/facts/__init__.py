"""Facts about an account: frozen dataclasses that a lens fills and controls read."""

from hipaa_policies.facts.account import Account
from hipaa_policies.facts.base import FactUnreadableError, Listing, Policy, Resource, Unreadable, known

__all__ = ["Account", "FactUnreadableError", "Listing", "Policy", "Resource", "Unreadable", "known"]
