"""Whether what the modules use is in hashicorp/aws 6.x, which few machines have. See docs/provider_6.md."""
