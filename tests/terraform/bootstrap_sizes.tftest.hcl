# environments/bootstrap within IAM's quotas: `scripts/terraform test -test-directory=tests/terraform`, from the repository root.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# The longest names that the variables take together. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
run "has_no_policy_larger_than_iam_takes" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    account_id  = "123456789012"
    environment = "abcdefghijklmnopqrst"
    github = {
      branch        = "release/abcdefghijklmnopqrstuvwxyz-0123456789"
      owner_id      = "12345678901234567890"
      repository    = "abcdefghijklmnopqrstuvwxyz0123456789abc/abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz"
      repository_id = "12345678901234567890"
    }
    name_prefix = "abcdefghijklmnopqrstuvw"
    region      = "us-east-1"
  }

  override_resource {
    target          = aws_kms_key.state
    override_during = plan
    values          = { arn = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012" }
  }

  assert {
    condition = alltrue([
      for policy in concat([aws_iam_policy.audit, aws_iam_policy.boundary, aws_iam_policy.guard, aws_iam_policy.roles], values(aws_iam_policy.read), values(aws_iam_policy.write)) :
      length(policy.policy) <= 6144
    ])
    error_message = "A managed policy has at most 6144 characters: divide it."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.state : length(policy.policy) <= 10240]) && alltrue([for role in aws_iam_role.this : length(role.assume_role_policy) <= 2048])
    error_message = "The policies in a role have at most 10240 characters together, a trust policy has 2048."
  }

  assert {
    condition = alltrue([
      for role in values(aws_iam_role.this)[*].name : length([
        for attachment in concat(values(aws_iam_role_policy_attachment.read), values(aws_iam_role_policy_attachment.write), values(aws_iam_role_policy_attachment.audit), [aws_iam_role_policy_attachment.guard, aws_iam_role_policy_attachment.roles]) :
        attachment if attachment.role == role
      ]) <= 10
    ])
    error_message = "At most ten managed policies are attached to a role."
  }
}
