"""AWS's wire protocols: which operation a request asks for, who signed it, and how errors look."""
