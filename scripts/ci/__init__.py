"""What the jobs of .github/workflows run, by `make` targets that anybody else can run too: docs/ci.md."""
