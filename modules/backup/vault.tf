locals {
  _name          = "${var.context.name_prefix}-backup"
  _vault_arn     = "arn:${var.context.partition}:backup:${var.context.region}:${var.context.account_id}:backup-vault:${local._name}"
  _compliance    = var.lock.mode == "COMPLIANCE"
  _shortest_days = min(values(var.rules)[*].delete_after_days...)
}

resource "aws_backup_vault" "this" {
  name          = local._name
  kms_key_arn   = var.kms_key_arn
  force_destroy = var.force_destroy
  tags          = var.context.tags
}

# Nothing leaves earlier than the shortest rule says, whoever asks and whatever a plan is changed to. GOVERNANCE: who may
# backup:DeleteBackupVaultLockConfiguration can take the lock off. COMPLIANCE is a grace time after which nobody can.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  changeable_for_days = local._compliance ? var.lock.grace_days : null
  min_retention_days  = local._shortest_days
}

# It refuses, and grants nobody anything. It says nothing of itself: whoever mends it needs no door that it has shut.
resource "aws_backup_vault_policy" "this" {
  backup_vault_name = aws_backup_vault.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyPlainText"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "backup:*"
        Resource  = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      # AWS Backup itself lets recovery points go when their time is over: it isn't a principal of the account.
      merge(
        {
          Sid       = "DenyDeletion"
          Effect    = "Deny"
          Principal = { AWS = "*" }
          Action = [
            "backup:DeleteRecoveryPoint",
            "backup:DisassociateRecoveryPoint",
            "backup:DisassociateRecoveryPointFromParent",
            "backup:UpdateRecoveryPointLifecycle",
          ]
          Resource = "*"
        },
        { for key, arns in { Condition = var.deletion_role_arns } : key => { ArnNotEquals = { "aws:PrincipalArn" = sort(arns) } } if length(arns) > 0 },
      ),
      # A copy in somebody else's vault is a disclosure.
      merge(
        {
          Sid       = "DenyCopiesElsewhere"
          Effect    = "Deny"
          Principal = { AWS = "*" }
          Action    = "backup:CopyFromBackupVault"
          Resource  = "*"
        },
        { for key, arns in { Condition = values(var.copy_vault_arns) } : key => { "ForAnyValue:ArnNotEquals" = { "backup:CopyTargets" = sort(arns) } } if length(arns) > 0 },
      ),
    ]
  })
}
