# A plan for each kind of store: only tables can go to cold storage, and a lifecycle that a store ignores is a lie in the plan.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html#features-by-resource
locals {
  _stores = { for kind, stores in var.stores : kind => stores if length(stores) > 0 }
  _cold   = ["tables"]
}

resource "aws_backup_plan" "this" {
  for_each = local._stores

  name = "${local._name}-${each.key}"
  tags = var.context.tags

  dynamic "rule" {
    for_each = var.rules
    content {
      rule_name           = rule.key
      target_vault_name   = aws_backup_vault.this.name
      schedule            = rule.value.schedule
      start_window        = rule.value.start_window_minutes
      completion_window   = rule.value.completion_window_minutes
      recovery_point_tags = var.context.tags

      lifecycle {
        cold_storage_after = contains(local._cold, each.key) ? rule.value.cold_storage_after_days : null
        delete_after       = rule.value.delete_after_days
      }

      dynamic "copy_action" {
        for_each = var.copy_vault_arns
        content {
          destination_vault_arn = copy_action.value

          lifecycle {
            cold_storage_after = contains(local._cold, each.key) ? rule.value.cold_storage_after_days : null
            delete_after       = rule.value.delete_after_days
          }
        }
      }
    }
  }

  # A recovery point that was written before the vault was locked could be deleted.
  depends_on = [aws_backup_vault_lock_configuration.this, aws_backup_vault_policy.this]
}

# By ARN: what is backed up is here to read, and no tag that somebody forgets or removes decides.
resource "aws_backup_selection" "this" {
  for_each = local._stores

  name         = "${local._name}-${each.key}"
  plan_id      = aws_backup_plan.this[each.key].id
  iam_role_arn = local._role_arns.backup
  resources    = values(each.value)

  depends_on = [aws_iam_role_policy.this]
}
