"""The HIPAA checklist for serverless AWS: facts about an account, and the controls that judge them."""

__version__ = "0.1.0"
