"""Every day's HIPAA checklist of the function's own account, as evidence that nobody can change."""
