locals {
  _profiles = length(var.profile_version_arns) > 0 ? var.profile_version_arns : toset(aws_signer_signing_profile.this[*].version_arn)
}

# A suffix of AWS's, because the name of a profile that was destroyed can't be had again: destroy cancels it, so that what it has
# signed can still be checked. https://docs.aws.amazon.com/signer/latest/developerguide/gs-profile.html
resource "aws_signer_signing_profile" "this" {
  count = length(var.profile_version_arns) == 0 ? 1 : 0

  name_prefix = "${replace(var.context.name_prefix, "-", "_")}_" # letters, digits and underscores alone
  platform_id = "AWSLambda-SHA384-ECDSA"
  tags        = var.context.tags
}

resource "aws_lambda_code_signing_config" "this" {
  description = "${var.context.name_prefix}: packages of functions"
  tags        = var.context.tags

  allowed_publishers {
    signing_profile_version_arns = local._profiles
  }

  policies {
    untrusted_artifact_on_deployment = var.policy
  }
}
