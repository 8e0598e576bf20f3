"""The story that `make demo` tells, over real HTTP against the local cloud."""
