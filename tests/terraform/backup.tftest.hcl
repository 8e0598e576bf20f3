# modules/backup: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context            = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  alert_topic_arn    = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
  kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/backup"
  store_kms_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/phi"]
  stores = {
    buckets  = { documents = "arn:aws:s3:::healthcare-documents-123456789012" }
    clusters = { rag = "arn:aws:rds:us-east-1:123456789012:cluster:healthcare-rag" }
    tables   = { patients = "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients" }
  }
}

run "keeps_what_is_given_locked_and_long" {
  command = plan

  module {
    source = "./modules/backup"
  }

  assert {
    condition     = aws_backup_vault.this.name == "healthcare-backup" && aws_backup_vault.this.kms_key_arn == var.kms_key_arn && !aws_backup_vault.this.force_destroy
    error_message = "The vault is under a key of its own, and destroy empties no vault."
  }

  assert {
    condition     = aws_backup_vault_lock_configuration.this.min_retention_days == 35 && aws_backup_vault_lock_configuration.this.changeable_for_days == null
    error_message = "The lock is one of governance (no changeable_for_days), as long as the shortest rule."
  }

  assert {
    condition     = toset(keys(aws_backup_plan.this)) == toset(["buckets", "clusters", "tables"]) && alltrue([for kind, selection in aws_backup_selection.this : selection.resources == toset(values(var.stores[kind])) && length(selection.selection_tag) == 0])
    error_message = "Each kind has a plan, which selects exactly what was given, by ARN."
  }

  assert {
    condition     = alltrue([for plan in aws_backup_plan.this : { for rule in plan.rule : rule.rule_name => [rule.lifecycle[0].delete_after, rule.schedule, length(rule.copy_action)] } == { daily = [35, "cron(0 3 * * ? *)", 0], monthly = [2557, "cron(0 4 1 * ? *)", 0] }])
    error_message = "35 days of daily and 7 years of monthly recovery points, copied nowhere."
  }

  assert {
    condition = {
      for kind, plan in aws_backup_plan.this : kind => sum([for rule in plan.rule : coalesce(rule.lifecycle[0].cold_storage_after, 0)])
    } == { buckets = 0, clusters = 0, tables = 90 }
    error_message = "Only tables can go to cold storage."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_backup_vault_policy.this.policy).Statement : statement.Effect == "Deny" && statement.Principal == { AWS = "*" }])
    error_message = "The vault's policy grants nobody anything."
  }

  assert {
    condition     = [for statement in jsondecode(aws_backup_vault_policy.this.policy).Statement : try(statement.Condition, null)] == [{ Bool = { "aws:SecureTransport" = "false" } }, null, null]
    error_message = "Nobody deletes, and nobody copies elsewhere."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Principal == { Service = "backup.amazonaws.com" } && jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"])
    error_message = "AWS Backup alone assumes the roles, for this account alone."
  }

  assert {
    condition     = length(regexall("PutItem|PutObject|CreateBucket|RestoreTable|RestoreDB", aws_iam_role_policy.this["backup"].policy)) == 0 && length(regexall("table/healthcare-patients\"|s3:::healthcare-documents-123456789012", aws_iam_role_policy.this["restore"].policy)) == 0
    error_message = "What backs up restores nothing, and what restores writes to no store that is there."
  }

  assert {
    condition = toset([
      for statement in jsondecode(aws_iam_role_policy.this["backup"].policy).Statement : statement.Sid if contains(flatten([statement.Resource]), "*")
    ]) == toset(["MeasureBuckets"]) && !contains(flatten([for statement in jsondecode(aws_iam_role_policy.this["restore"].policy).Statement : statement.Resource]), "*")
    error_message = "Only what AWS has no narrower resource for is for all resources."
  }

  assert {
    condition = alltrue([
      for role in aws_iam_role_policy.this : one([for statement in jsondecode(role.policy).Statement : try(statement.Condition, null) if contains(flatten([statement.Action]), "kms:DescribeKey")]) == null
    ])
    error_message = "AWS Backup looks at keys by itself, through no service: with a condition on kms:ViaService it may not."
  }

  assert {
    condition = one([for statement in jsondecode(aws_iam_role_policy.this["backup"].policy).Statement : statement.Resource if contains(flatten([statement.Action]), "backup:TagResource")]) == [
      "arn:aws:backup:us-east-1:123456789012:recovery-point:*",
    ] && alltrue([for plan in aws_backup_plan.this : alltrue([for rule in plan.rule : rule.recovery_point_tags == tomap(var.context.tags)])])
    error_message = "The rules tag what they make, so the role may."
  }

  assert {
    condition     = length(regexall("key/\\*|ModifyDBClusterSnapshotAttribute", aws_iam_role_policy.this["backup"].policy)) == 0
    error_message = "Without copies nothing is shared, and no key of other vaults is used."
  }

  assert {
    condition     = toset(keys(output.alarm_names)) == toset(["aborted", "expired", "failed", "missed"]) && alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([var.alert_topic_arn]) && alarm.dimensions == tomap({ BackupVaultName = "healthcare-backup" })])
    error_message = "Failed, aborted, late and missing backups are told to the topic."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["missed"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["missed"].period * aws_cloudwatch_metric_alarm.this["missed"].evaluation_periods == 36 * 3600 && aws_cloudwatch_metric_alarm.this["failed"].treat_missing_data == "notBreaching"
    error_message = "Silence for a day and a half rings."
  }

  assert {
    condition     = length(aws_backup_restore_testing_plan.this) == 0 && length(aws_backup_restore_testing_selection.this) == 0
    error_message = "AWS restores nothing unasked."
  }
}

run "asks_the_roles_for_no_more_than_the_stores_need" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    stores = { tables = { patients = "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients" } }
  }

  assert {
    condition     = length(regexall("s3:|rds:|events:", join("", [for policy in aws_iam_role_policy.this : policy.policy]))) == 0
    error_message = "Where there are tables alone the roles know neither buckets nor clusters."
  }

  assert {
    condition     = keys(aws_backup_plan.this) == ["tables"]
    error_message = "No store, no plan."
  }
}

run "locks_for_good_once_that_is_acknowledged" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    lock               = { mode = "COMPLIANCE", acknowledge_compliance_lock = true, grace_days = 7 }
    copy_vault_arns    = { west = "arn:aws:backup:us-west-2:210987654321:backup-vault:healthcare-copies" }
    deletion_role_arns = ["arn:aws:iam::123456789012:role/backup-administrator"]
    restore_testing    = {}
  }

  assert {
    condition     = aws_backup_vault_lock_configuration.this.changeable_for_days == 7
    error_message = "A lock of compliance has a time of grace."
  }

  assert {
    condition     = alltrue([for plan in aws_backup_plan.this : alltrue([for rule in plan.rule : one(rule.copy_action).destination_vault_arn == var.copy_vault_arns.west && one(rule.copy_action).lifecycle[0].delete_after == rule.lifecycle[0].delete_after])])
    error_message = "Every rule copies, and copies stay as long."
  }

  assert {
    condition     = [for statement in jsondecode(aws_backup_vault_policy.this.policy).Statement : statement.Condition if statement.Sid != "DenyPlainText"] == [{ ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/backup-administrator"] } }, { "ForAnyValue:ArnNotEquals" = { "backup:CopyTargets" = ["arn:aws:backup:us-west-2:210987654321:backup-vault:healthcare-copies"] } }]
    error_message = "The named role may delete, and copies go to the named vault alone."
  }

  assert {
    condition     = contains(keys(output.alarm_names), "copy-failed")
    error_message = "A copy that fails is told."
  }

  assert {
    condition = alltrue([
      for sid, resource in {
        BackUpClusters                   = "arn:aws:rds:us-west-2:123456789012:cluster-snapshot:awsbackup:*"
        CopyToOtherVaults                = "arn:aws:backup:us-west-2:210987654321:backup-vault:healthcare-copies"
        GrantKeysOfOtherVaultsToServices = "arn:aws:kms:us-west-2:210987654321:key/*"
        LookAtKeysOfOtherVaults          = "arn:aws:kms:us-west-2:210987654321:key/*"
        ShareClusterSnapshots            = "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:awsbackup:*"
      } : contains(flatten([for statement in jsondecode(aws_iam_role_policy.this["backup"].policy).Statement : statement.Resource if statement.Sid == sid]), resource)
    ])
    error_message = "Copies are made in the other region, under the key there, and shared with the other account."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.this["backup"].policy).Statement : statement.Condition if statement.Sid == "GrantKeysOfOtherVaultsToServices"]) == { Bool = { "kms:GrantIsForAWSResource" = "true" } }
    error_message = "Grants on keys elsewhere are for AWS's services alone."
  }

  assert {
    condition     = aws_backup_restore_testing_plan.this["tables"].name == "healthcare_backup_tables" && aws_backup_restore_testing_selection.this["tables"].protected_resource_arns == toset(values(var.stores.tables)) && aws_backup_restore_testing_selection.this["tables"].restore_metadata_overrides["kmsMasterKeyArn"] == "arn:aws:kms:us-east-1:123456789012:key/phi"
    error_message = "AWS restores the tables on a schedule, under their own key."
  }
}

run "refuses_a_lock_for_good_by_accident" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    lock = { mode = "COMPLIANCE" }
  }

  expect_failures = [var.lock]
}

run "refuses_other_locks" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    lock = { mode = "NONE" }
  }

  expect_failures = [var.lock]
}

run "refuses_less_than_three_days_of_grace" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    lock = { grace_days = 2 }
  }

  expect_failures = [var.lock]
}

run "refuses_wildcards_and_other_stores" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    stores             = { tables = { all = "arn:aws:dynamodb:us-east-1:123456789012:table/*" } }
    copy_vault_arns    = { west = "healthcare-copies" }
    deletion_role_arns = ["arn:aws:iam::123456789012:role/*"]
    kms_key_arn        = "alias/backup"
    store_kms_key_arns = []
    alert_topic_arn    = "alerts"
  }

  expect_failures = [var.stores, var.copy_vault_arns, var.deletion_role_arns, var.kms_key_arn, var.store_kms_key_arns, var.alert_topic_arn]
}

run "refuses_to_back_up_nothing" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    stores                   = {}
    rules                    = {}
    missed_after_hours       = 169
    permissions_boundary_arn = "boundary"
    restore_testing          = { schedule = "weekly" }
  }

  expect_failures = [var.stores, var.rules, var.missed_after_hours, var.permissions_boundary_arn, var.restore_testing]
}

run "refuses_lifecycles_that_aws_refuses" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    rules           = { daily = { schedule = "cron(0 3 * * ? *)", delete_after_days = 100, cold_storage_after_days = 30 } }
    restore_testing = { selection_window_days = 366 }
  }

  expect_failures = [var.rules, var.restore_testing]
}

run "refuses_schedules_that_are_none" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    rules = { daily = { schedule = "daily", delete_after_days = 35 } }
  }

  expect_failures = [var.rules]
}

run "refuses_backups_of_less_than_a_week" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    rules = { daily = { schedule = "cron(0 3 * * ? *)", delete_after_days = 6 } }
  }

  expect_failures = [var.rules]
}

run "refuses_windows_that_aws_refuses" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    rules = { daily = { schedule = "cron(0 3 * * ? *)", delete_after_days = 35, start_window_minutes = 30 } }
  }

  expect_failures = [var.rules]
}

run "refuses_a_context_that_is_none" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    context = { account_id = "1", region = "us-east-1a", name_prefix = "H", partition = "amazon" }
  }

  expect_failures = [var.context]
}
