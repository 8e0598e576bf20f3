# What the apply role may never do, whatever is attached to it later.
locals {
  # Policies and roles of this root by their names: "-terraform-" is kept for them.
  _own_roles    = values(local._role_arns)
  _own_policies = ["${local._iam_arn}:policy/${var.name_prefix}-terraform-*", "${local._iam_arn}:policy/${var.name_prefix}-hipaa-audit-*"]
  _trail        = "arn:${var.partition}:cloudtrail:${var.region}:${var.account_id}:trail/${var.name_prefix}-audit"
  _archive      = "arn:${var.partition}:s3:::${var.name_prefix}-audit-${var.account_id}" # modules/audit names it so

  _guard = [
    {
      Sid       = "StateBucketStays"
      Effect    = "Deny"
      NotAction = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]
      Resource  = local._everything_in_it
    },
    {
      Sid      = "StateOfOthersStays"
      Effect   = "Deny"
      Action   = ["s3:DeleteObject", "s3:PutObject"]
      Resource = "${local._bucket_arn}/bootstrap/*"
    },
    {
      Sid       = "StateKeyStays"
      Effect    = "Deny"
      NotAction = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
      Resource  = [aws_kms_key.state.arn, local._key_alias_arn]
    },
    {
      Sid       = "OwnRolesStay"
      Effect    = "Deny"
      NotAction = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
      Resource  = local._own_roles
    },
    {
      Sid       = "OwnPoliciesStay"
      Effect    = "Deny"
      NotAction = ["iam:GetPolicy", "iam:GetPolicyVersion"]
      Resource  = local._own_policies
    },
    # Of the data's keys it writes the policies. KMS refuses one that the caller could not change again, unless told not to look:
    # so could records be held to ransom, and not even an administrator would get them back.
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-bypass-policy-lockout-safety-check
    {
      Sid       = "NobodyLockedOut"
      Effect    = "Deny"
      Action    = ["kms:CreateKey", "kms:PutKeyPolicy"]
      Resource  = "*"
      Condition = { Bool = { "kms:BypassPolicyLockoutSafetyCheck" = "true" } }
    },
    # Ways into the account, and out of bounds.
    {
      Sid    = "NoWaysIn"
      Effect = "Deny"
      Action = [
        "iam:*AccountAlias*", "iam:*AccountPasswordPolicy*", "iam:*Group*", "iam:*LoginProfile*", "iam:*MFADevice*", "iam:*OpenIDConnectProvider*", "iam:*SAMLProvider*",
        "iam:*ServerCertificate*", "iam:*ServiceSpecificCredential*", "iam:*SigningCertificate*", "iam:*SSHPublicKey*", "iam:*User*", "iam:*AccessKey*",
        "iam:CreateInstanceProfile", "iam:DeleteRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy",
        "organizations:*", "account:*", "sts:AssumeRole",
      ]
      Resource = "*"
    },
    {
      Sid      = "TrailGoesOn"
      Effect   = "Deny"
      Action   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"]
      Resource = local._trail
    },
    {
      Sid    = "ArchiveStays"
      Effect = "Deny"
      Action = [
        "s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion",
        "s3:PutObject", "s3:PutObjectLegalHold", "s3:PutObjectRetention",
      ]
      Resource = [local._archive, "${local._archive}/*"]
    },
    # It makes what holds health information, and reads none of it. What it is not allowed is not enough: it writes the policies of
    # buckets, functions and APIs, and one of those that names this role would let it in by itself.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-id-rdp.html
    {
      Sid         = "NoObjects"
      Effect      = "Deny"
      Action      = "s3:GetObject*"
      NotResource = [local._state_objects, local._lock_objects, local._package_objects]
      Condition   = { StringEqualsIfExists = { "aws:ResourceAccount" = var.account_id } } # packages can be of another account
    },
    {
      Sid         = "NoFunctions"
      Effect      = "Deny"
      Action      = ["lambda:InvokeAsync", "lambda:InvokeFunction*"]
      NotResource = local._functions_to_run
    },
    {
      Sid    = "NoData"
      Effect = "Deny"
      Action = [
        "aoss:APIAccessAll", "dynamodb:*Item", "dynamodb:ExportTableToPointInTime", "dynamodb:GetRecords", "dynamodb:PartiQL*", "dynamodb:Query", "dynamodb:Scan",
        "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartLiveTail", "logs:StartQuery", "logs:Unmask",
        "rds-data:*", "rds-db:connect", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage",
        "cognito-idp:Admin*", "cognito-idp:ListUsers*", "execute-api:*",
      ]
      Resource = "*"
    },
    # Who merges doesn't sign.
    {
      Sid      = "NoSigning"
      Effect   = "Deny"
      Action   = ["signer:AddProfilePermission", "signer:SignPayload", "signer:StartSigningJob"]
      Resource = "*"
    },
  ]
}

resource "aws_iam_policy" "guard" {
  #checkov:skip=CKV_AWS_289:It denies, and allows nothing
  #checkov:skip=CKV_AWS_290:It denies, and allows nothing
  #checkov:skip=CKV_AWS_355:It denies, and allows nothing
  name        = "${var.name_prefix}-terraform-guard"
  description = "What terraform apply may never do"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local._guard })
}

resource "aws_iam_role_policy_attachment" "guard" {
  role       = aws_iam_role.this["apply"].name
  policy_arn = aws_iam_policy.guard.arn
}
