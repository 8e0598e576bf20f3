"""The controls, one file for each group of the checklist."""
