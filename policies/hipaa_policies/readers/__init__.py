"""The lenses: what fills the facts."""
