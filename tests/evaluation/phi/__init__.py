"""Questions and notes as clinicians write them, with every identifier marked: see docs/rag_evaluation.md.

Written without a look at lambda_src/rag_orchestrator/redaction*.py, and not to be read by who writes that.
"""
