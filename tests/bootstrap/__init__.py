"""`make bootstrap-test`: the bootstrap from an empty account, and its roles. Not in `make test`."""
