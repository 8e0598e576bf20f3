"""HL7 v2 messages from a queue into patients' events: docs/hl7.md."""
