"""What every function ships with: requests, answers, callers, audit, logs, metrics and AWS clients.

It knows nothing of any one workload, of the control catalogue or of the scripts.
"""
