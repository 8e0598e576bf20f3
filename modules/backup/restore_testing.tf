# AWS's own tests restore tables alone: a cluster needs a subnet group that no default VPC has, a bucket takes hours.
locals {
  _restore_testing = var.restore_testing == null || length(local._tables) == 0 ? {} : { tables = var.restore_testing }
  # Letters, digits and underscores only, by the API.
  _restore_testing_name = replace("${local._name}_tables", "-", "_")
}

resource "aws_backup_restore_testing_plan" "this" {
  for_each = local._restore_testing

  name                         = local._restore_testing_name
  schedule_expression          = each.value.schedule
  schedule_expression_timezone = "UTC"
  start_window_hours           = 1
  tags                         = var.context.tags

  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.this.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = each.value.selection_window_days
  }
}

resource "aws_backup_restore_testing_selection" "this" {
  for_each = local._restore_testing

  name                      = local._restore_testing_name
  restore_testing_plan_name = aws_backup_restore_testing_plan.this[each.key].name
  iam_role_arn              = local._role_arns.restore
  protected_resource_type   = "DynamoDB"
  protected_resource_arns   = local._tables
  validation_window_hours   = each.value.validation_window_hours

  # Left out, a restored table is under a key of AWS's own, which nobody can cut off.
  # https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
  restore_metadata_overrides = {
    encryptionType  = "KMS"
    kmsMasterKeyArn = sort(var.store_kms_key_arns)[0]
  }

  depends_on = [aws_iam_role_policy.this]
}
