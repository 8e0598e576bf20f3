"""Live mutation tests: break one deployed thing, and see exactly that control fail exactly there."""
