locals {
  _account_arn = "arn:${var.context.partition}:iam::${var.context.account_id}:root"
}

# The policy is part of the key, so a key never exists without it, and all ARNs in it are derived from names: the trail,
# the topic and the log groups that it speaks of are made after the key, with the key.
resource "aws_kms_key" "this" {
  #checkov:skip=CKV_AWS_7:Every key that KMS can rotate is rotated: it can't rotate HMAC keys
  #checkov:skip=CKV2_AWS_64:The policy stands below; checkov doesn't follow the statements that are joined to it
  for_each = var.keys

  description              = each.value.description
  key_usage                = each.value.hmac ? "GENERATE_VERIFY_MAC" : "ENCRYPT_DECRYPT"
  customer_master_key_spec = each.value.hmac ? "HMAC_256" : "SYMMETRIC_DEFAULT"
  # KMS rotates no HMAC key: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
  enable_key_rotation     = !each.value.hmac
  rotation_period_in_days = each.value.hmac ? null : each.value.rotation_days
  deletion_window_in_days = each.value.deletion_window_days
  tags                    = merge(var.context.tags, { Name = "${var.context.name_prefix}-${each.key}" })

  policy = jsonencode({
    Version = "2012-10-17"
    Id      = "${var.context.name_prefix}-${each.key}"
    Statement = concat(
      # Hands the decision to the account's IAM policies. Without it a key can become unmanageable for good:
      # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
      [{
        Sid       = "AccountDecidesByIam"
        Effect    = "Allow"
        Principal = { AWS = local._account_arn }
        Action    = "kms:*"
        Resource  = "*"
      }],
      flatten([for service in sort(each.value.services) : local._service_statements[service]]),
    )
  })
}

resource "aws_kms_alias" "this" {
  for_each = var.keys

  name          = "alias/${var.context.name_prefix}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}
