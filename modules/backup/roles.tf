# Two roles: what copies every night can't write a store, and what restores can write to none but new ones.
# The actions are those of AWS's managed policies AWSBackupServiceRolePolicyForBackup, ...ForRestores, ...ForS3Backup and
# ...ForS3Restore for the kinds of stores that there are, on these stores alone.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
locals {
  _role_arns  = { for use in ["backup", "restore"] : use => "arn:${var.context.partition}:iam::${var.context.account_id}:role/${local._role_names[use]}" }
  _role_names = { backup = local._name, restore = "${local._name}-restore" }

  _arn = {
    for service in ["dynamodb", "events", "rds"] : service => "arn:${var.context.partition}:${service}:${var.context.region}:${var.context.account_id}"
  }
  _s3_arn = "arn:${var.context.partition}:s3:::"

  _buckets  = sort(values(var.stores.buckets))
  _clusters = sort(values(var.stores.clusters))
  _tables   = sort(values(var.stores.tables))

  # Restores go to new names alone: those of `make restore-test`, and those that AWS's own restore tests choose.
  _restored_names = ["${var.context.name_prefix}-restore-test-*", "awsbackup-restore-test-*"]

  # The services that use the stores' keys for these roles.
  _key_services = [
    for service, stores in { dynamodb = local._tables, rds = local._clusters, s3 = local._buckets } :
    "${service}.${var.context.region}.amazonaws.com" if length(stores) > 0
  ]
  _key_statements = [
    {
      Sid       = "UseKeys"
      Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      Resource  = sort(setunion(var.store_kms_key_arns, [var.kms_key_arn]))
      Condition = { StringEquals = { "kms:ViaService" = concat(local._key_services, ["backup.${var.context.region}.amazonaws.com"]) } }
    },
    # AWS Backup asks by itself, through no service.
    {
      Sid      = "LookAtKeys"
      Action   = ["kms:DescribeKey"]
      Resource = sort(setunion(var.store_kms_key_arns, [var.kms_key_arn]))
    },
    # Services that copy in the background use the key by a grant.
    {
      Sid       = "GrantKeysToServices"
      Action    = ["kms:CreateGrant"]
      Resource  = sort(setunion(var.store_kms_key_arns, [var.kms_key_arn]))
      Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
    },
  ]

  # Where copies go, as account and region. A copy is written there by a grant on the other vault's key, of which only the vault
  # knows; in another account, its policy has to say the same.
  _copies = distinct([for arn in values(var.copy_vault_arns) : { account = split(":", arn)[4], region = split(":", arn)[3] }])
  _copy_keys = sort([
    for place in local._copies : "arn:${var.context.partition}:kms:${place.region}:${place.account}:key/*"
  ])
  # AWS Backup names its snapshots so, here and where it copies them to.
  _cluster_snapshots = sort([
    for region in distinct(concat([var.context.region], local._copies[*].region)) :
    "arn:${var.context.partition}:rds:${region}:${var.context.account_id}:cluster-snapshot:awsbackup:*"
  ])

  _statements = {
    backup = concat(
      local._key_statements,
      [for statement in [
        {
          Sid      = "BackUpTables"
          Action   = ["dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"]
          Resource = local._tables
        },
        {
          Sid      = "KeepTableBackups"
          Action   = ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"]
          Resource = [for arn in local._tables : "${arn}/backup/*"]
        },
      ] : statement if length(local._tables) > 0],
      [for statement in [
        {
          Sid = "BackUpClusters"
          Action = [
            "rds:AddTagsToResource",
            "rds:CopyDBClusterSnapshot",
            "rds:CreateDBClusterSnapshot",
            "rds:DeleteDBClusterSnapshot",
            "rds:DescribeDBClusterSnapshots",
            "rds:DescribeDBClusters",
            "rds:ListTagsForResource",
          ]
          Resource = concat(local._clusters, local._cluster_snapshots)
        },
      ] : statement if length(local._clusters) > 0],
      # What another account copies is shared with it first.
      [for statement in [
        {
          Sid      = "ShareClusterSnapshots"
          Action   = ["rds:ModifyDBClusterSnapshotAttribute"]
          Resource = local._cluster_snapshots
        },
      ] : statement if length(local._clusters) > 0 && anytrue([for place in local._copies : place.account != var.context.account_id])],
      [for statement in [
        {
          Sid = "ListBuckets"
          Action = [
            "s3:GetBucketAcl",
            "s3:GetBucketLocation",
            "s3:GetBucketNotification",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetInventoryConfiguration",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:ListTagsForResource",
            "s3:PutBucketNotification",
            "s3:PutInventoryConfiguration",
          ]
          Resource = local._buckets
        },
        {
          Sid = "ReadObjects"
          Action = [
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
          ]
          Resource = [for arn in local._buckets : "${arn}/*"]
        },
        # How AWS Backup hears of changes: rules of its own on the default bus.
        {
          Sid = "FollowBuckets"
          Action = [
            "events:DeleteRule",
            "events:DescribeRule",
            "events:DisableRule",
            "events:EnableRule",
            "events:ListTargetsByRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
          ]
          Resource = ["${local._arn.events}:rule/AwsBackupManagedRule*"]
        },
        # AWS knows no narrower resource for these.
        {
          Sid      = "MeasureBuckets"
          Action   = ["cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"]
          Resource = ["*"]
        },
      ] : statement if length(local._buckets) > 0],
      [for statement in [
        {
          Sid       = "CopyToOtherVaults"
          Action    = ["backup:CopyIntoBackupVault"]
          Resource  = sort(values(var.copy_vault_arns))
          Condition = null
        },
        {
          Sid       = "LookAtKeysOfOtherVaults"
          Action    = ["kms:DescribeKey"]
          Resource  = local._copy_keys
          Condition = null
        },
        {
          Sid       = "GrantKeysOfOtherVaultsToServices"
          Action    = ["kms:CreateGrant"]
          Resource  = local._copy_keys
          Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
        },
      ] : { for key, value in statement : key => value if value != null } if length(var.copy_vault_arns) > 0],
      # The plans' tags, and the stores' own, are put on what is made. https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
      [{
        Sid      = "TagRecoveryPoints"
        Action   = ["backup:TagResource"]
        Resource = ["arn:${var.context.partition}:backup:${var.context.region}:${var.context.account_id}:recovery-point:*"]
      }],
      [{
        Sid      = "UseVault"
        Action   = ["backup:CopyFromBackupVault", "backup:DescribeBackupVault"]
        Resource = [local._vault_arn]
      }],
    )

    restore = concat(
      local._key_statements,
      [for statement in [
        {
          Sid = "WriteRestoredTables"
          Action = [
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:RestoreTableFromAwsBackup",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
          ]
          Resource = [for name in local._restored_names : "${local._arn.dynamodb}:table/${name}"]
        },
        {
          Sid      = "ReadTableBackups"
          Action   = ["dynamodb:RestoreTableFromBackup"]
          Resource = [for arn in local._tables : "${arn}/backup/*"]
        },
      ] : statement if length(local._tables) > 0],
      [for statement in [
        {
          Sid    = "RestoreClusters"
          Action = ["rds:AddTagsToResource", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters", "rds:ListTagsForResource", "rds:RestoreDBClusterFromSnapshot"]
          Resource = concat(
            [for name in local._restored_names : "${local._arn.rds}:cluster:${name}"],
            # Where it is restored to: this deployment's subnets, and parameters of its own or of AWS's.
            ["${local._arn.rds}:subgrp:${var.context.name_prefix}-*"],
            [for name in ["${var.context.name_prefix}-*", "default.*"] : "${local._arn.rds}:cluster-pg:${name}"],
            ["${local._arn.rds}:cluster-snapshot:awsbackup:*", "${local._arn.rds}:og:default:*"],
          )
        },
      ] : statement if length(local._clusters) > 0],
      [for statement in [
        {
          Sid = "MakeRestoredBuckets"
          Action = [
            "s3:CreateBucket",
            "s3:GetBucketLocation",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketVersioning",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketVersioning",
          ]
          Resource = [for name in local._restored_names : "${local._s3_arn}${name}"]
        },
        {
          Sid = "WriteRestoredObjects"
          Action = [
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAcl",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:PutObjectTagging",
            "s3:PutObjectVersionAcl",
          ]
          Resource = [for name in local._restored_names : "${local._s3_arn}${name}/*"]
        },
      ] : statement if length(local._buckets) > 0],
    )
  }
}

resource "aws_iam_role" "this" {
  for_each = local._role_names

  name                 = each.value
  description          = each.key == "backup" ? "AWS Backup copies stores into ${local._name}" : "AWS Backup restores from ${local._name} to new names"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.context.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Backup"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "backup.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.context.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local._role_names

  name   = each.key
  role   = aws_iam_role.this[each.key].name
  policy = jsonencode({ Version = "2012-10-17", Statement = [for statement in local._statements[each.key] : merge({ Effect = "Allow" }, statement)] })
}
