# The most that a role of the environment can do, whatever its own policies say: what functions do with data, what services do on
# the stack's behalf, and what the auditor reads. Of IAM nothing, of the state nothing, and no session of another role. It grants
# nothing by itself. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
locals {
  _boundary_actions = [
    "aoss:APIAccessAll",
    "bedrock:InvokeModel*",
    "cloudwatch:PutMetricData",
    "comprehendmedical:DetectPHI",
    "dynamodb:*",
    "ec2:*NetworkInterface*", "ec2:*PrivateIpAddresses",
    "events:PutEvents",
    "firehose:PutRecord*",
    "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:Generate*", "kms:ReEncrypt*", "kms:VerifyMac",
    "lambda:InvokeFunction",
    "logs:*",
    "rds-db:connect",
    "s3:*Object*", "s3:*MultipartUpload*", "s3:ListBucket*", "s3:GetBucket*",
    "secretsmanager:GetSecretValue",
    "ses:SendEmail",
    "sns:Publish",
    "sqs:*Message*", "sqs:GetQueue*",
    "xray:Put*",
  ]

  # modules/backup: its two roles copy stores, and restore to new ones.
  _boundary_backup_actions = [
    "backup:Copy*BackupVault", "backup:DescribeBackupVault", "backup:TagResource",
    "cloudwatch:GetMetricData",
    "events:*Rule*",
    "events:*Targets*",
    "rds:*ClusterSnapshot*", "rds:AddTagsToResource", "rds:ListTagsForResource", "rds:RestoreDBClusterFromSnapshot",
    "s3:CreateBucket", "s3:*InventoryConfiguration", "s3:ListTagsForResource", "s3:PutBucketNotification", "s3:PutBucketOwnershipControls", "s3:PutBucketVersioning",
  ]

  _boundary = [
    {
      Sid      = "AtMostTheWorkOfAStack"
      Effect   = "Allow"
      Action   = concat(local._boundary_actions, local._boundary_backup_actions)
      Resource = "*"
    },
    {
      Sid      = "AtMostTheAuditorsReading"
      Effect   = "Allow"
      Action   = jsondecode(file("${path.module}/read_only_policy.json")).Statement[0].Action
      Resource = "*"
    },
    {
      Sid      = "NeverTheState"
      Effect   = "Deny"
      Action   = ["s3:*Object*", "kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:Generate*", "kms:ReEncrypt*"]
      Resource = ["${local._bucket_arn}/*", aws_kms_key.state.arn]
    },
    {
      Sid      = "NeverTheStatesBucket" # What modules/backup may change about the buckets that it restores to.
      Effect   = "Deny"
      Action   = ["s3:CreateBucket", "s3:Put*"]
      Resource = local._bucket_arn
    },
    {
      Sid      = "NeverAShorterLock"
      Effect   = "Deny"
      Action   = ["s3:BypassGovernanceRetention", "s3:PutObjectLegalHold", "s3:PutObjectRetention", "logs:Delete*", "logs:Unmask"]
      Resource = "*"
    },
  ]
}

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_286:A boundary grants nothing: it takes away
  #checkov:skip=CKV_AWS_288:A boundary grants nothing: it takes away
  #checkov:skip=CKV_AWS_289:A boundary grants nothing: it takes away
  #checkov:skip=CKV_AWS_290:A boundary grants nothing: it takes away
  #checkov:skip=CKV_AWS_355:A boundary grants nothing: it takes away
  name        = local._boundary_name
  description = "The most that a role of the environment can do"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local._boundary })
}
