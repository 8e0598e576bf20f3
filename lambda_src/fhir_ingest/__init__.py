"""FHIR R4: resources and Bundles from a queue, validated, stored with their history, and read under audit."""
