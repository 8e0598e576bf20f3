# The repository whose workflows deploy: yours. Account, region and prefix come from environments/<environment>/terraform.tfvars.
github = {
  repository = "OWNER/NAME"
  # repository_id = "123456789" # gh api repos/OWNER/NAME --jq .id
  # owner_id      = "12345678"  # gh api repos/OWNER/NAME --jq .owner.id; only where subjects are immutable (docs/bootstrap.md)
}
