"""Who is calling, what a request touches, and whether IAM lets it."""
