"""``make bootstrap ENV=prod``: what an account needs before its environment, and where its state goes."""
