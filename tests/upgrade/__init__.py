"""What takes minutes of Terraform: `make disaster-test`."""
