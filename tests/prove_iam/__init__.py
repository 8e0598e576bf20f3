"""`make prove-iam`: every grant of every role is taken away in turn, and something has to fail."""
