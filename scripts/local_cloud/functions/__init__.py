"""Run deployed Lambda functions from their zips, as Lambda runs them."""
