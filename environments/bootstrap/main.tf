# What an account needs before its environment: a place for Terraform's state, and three roles that GitHub's workflows take on.
# Once an account, by a person with an administrator's session: `make bootstrap ENV=prod` (docs/bootstrap.md).
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id] # nothing is ever planned or applied with another account's credentials

  default_tags {
    tags = merge({ Environment = var.environment, Project = "terraform-aws-hipaa-serverless", Root = "environments/bootstrap" }, var.tags)
  }
}

# Every ARN is derived from its name: the policies speak of one another, and are known at plan.
locals {
  _iam_arn = "arn:${var.partition}:iam::${var.account_id}"

  _role_names = {
    apply = "${var.name_prefix}-terraform-apply"
    audit = "${var.name_prefix}-hipaa-audit"
    plan  = "${var.name_prefix}-terraform-plan"
  }
  _role_arns = { for role, name in local._role_names : role => "${local._iam_arn}:role/${name}" }

  _boundary_name = "${var.name_prefix}-terraform-boundary"
  _boundary_arn  = "${local._iam_arn}:policy/${local._boundary_name}"

  _bucket_name = "${var.name_prefix}-terraform-state-${var.account_id}-${var.region}"
  _bucket_arn  = "arn:${var.partition}:s3:::${local._bucket_name}"
  _key_alias   = "alias/${var.name_prefix}-terraform-state"
  # Terraform's backend names the key by its alias: that is known before there is a key, and stays when it is replaced.
  _key_alias_arn = "arn:${var.partition}:kms:${var.region}:${var.account_id}:${local._key_alias}"

  # https://developer.hashicorp.com/terraform/language/backend/s3 (permissions required, with use_lockfile)
  _state_objects = "${local._bucket_arn}/${var.environment}/*.tfstate"
  _lock_objects  = "${local._bucket_arn}/${var.environment}/*.tfstate.tflock"
}
