"""Measures, as ratios of two things run in turn: these machines are too noisy for anything else."""
