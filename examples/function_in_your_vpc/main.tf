# The claims team's own stack: their key, their topic, their table, their VPC. From this project they take one module.
locals {
  name = "claims"
  tags = { Team = "claims" }
}

module "eligibility" {
  source = "git::https://github.com/OWNER/terraform-aws-hipaa-serverless.git//modules/function?ref=v0.1.0"
  #checkov:skip=CKV_TF_1:A release, signed, by its tag; docs/other_stacks.md says how to name a commit instead

  context = {
    account_id  = var.account_id
    name_prefix = local.name
    region      = var.region
    tags        = local.tags
  }

  name        = "eligibility"
  description = "Says whether a member is covered on a day"
  handler     = "eligibility.handler"
  package     = { filename = "${path.module}/build/eligibility.zip", build_command = "the command in README.md" }
  environment = { MEMBERS_TABLE = aws_dynamodb_table.members.name }

  permissions = {
    read_members = {
      actions   = ["dynamodb:GetItem"]
      resources = [aws_dynamodb_table.members.arn]
    }
    decrypt_members = {
      actions    = ["kms:Decrypt"]
      resources  = [aws_kms_key.claims.arn]
      conditions = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.region}.amazonaws.com"] } }
    }
  }

  # Log settings of their own: ten years instead of seven, and one more kind of identifier that is masked.
  log_retention_days = 3653

  platform = {
    alert_topic_arn            = aws_sns_topic.alerts.arn
    endpoint_security_group_id = var.network.endpoint_security_group_id
    environment_key_arn        = aws_kms_key.claims.arn
    log_masking = {
      data_identifiers = ["EmailAddress", "HealthInsuranceClaimNumber-US", "HealthInsuranceNumber-EU", "PhoneNumber-US", "Ssn-US"]
    }
    logs_key_arn    = aws_kms_key.claims.arn
    phi_key_arn     = aws_kms_key.claims.arn
    prefix_list_ids = var.network.prefix_list_ids
    subnet_ids      = var.network.subnet_ids
    vpc_id          = var.network.vpc_id
  }
}

resource "aws_dynamodb_table" "members" {
  name                        = "${local.name}-members"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = true
  hash_key                    = "member_id"
  tags                        = local.tags

  attribute {
    name = "member_id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.claims.arn
  }
}
