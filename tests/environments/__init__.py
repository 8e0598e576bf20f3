"""`make environments-test`: a whole environment, by the commands that a user has."""
