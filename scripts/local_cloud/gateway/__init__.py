"""API Gateway's data plane on loopback: the deployed OpenAPI document, served."""
