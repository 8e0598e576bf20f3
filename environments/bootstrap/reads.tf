# What `terraform plan` reads of the environment's resources, by the provider's own calls for each resource type of the root module.
# Configuration only: no item, object, message, log line, secret's value, nor a list of people. Exact names and no "Get*", which
# would grow with AWS: sqs:ReceiveMessage was never a Get, and dynamodb:GetItem always was.
locals {
  _table_arns    = ["arn:${var.partition}:dynamodb:${var.region}:${var.account_id}:table/${var.name_prefix}-*"]
  _function_arns = ["arn:${var.partition}:lambda:${var.region}:${var.account_id}:function:${var.name_prefix}-*"]
  _bucket_arns   = ["arn:${var.partition}:s3:::${var.name_prefix}-*"]
  _queue_arns    = ["arn:${var.partition}:sqs:${var.region}:${var.account_id}:${var.name_prefix}-*"]
  _topic_arns    = ["arn:${var.partition}:sns:${var.region}:${var.account_id}:${var.name_prefix}-*"]
  _secret_arns   = ["arn:${var.partition}:secretsmanager:${var.region}:${var.account_id}:secret:${var.name_prefix}-*"]
  _stack_roles   = ["${local._iam_arn}:role/${var.name_prefix}-*"]
  _stack_policy  = ["${local._iam_arn}:policy/${var.name_prefix}-*"]
  # Ids that AWS makes up, and services that know no resource for what is read.
  _anything = ["*"]
  # API Gateway's resources are the paths of its own API: those of REST APIs and their domains, and no API keys.
  _api_paths = [for path in ["account", "domainnames/*", "restapis/*"] : "${local._api_root}/${path}"]
  _api_root  = "arn:${var.partition}:apigateway:${var.region}::"

  _reads = {
    foundation = {
      ReadAudit = {
        resources = local._anything
        actions = [
          "access-analyzer:GetAnalyzer",
          "cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags",
          "firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream",
          "guardduty:GetDetector", "inspector2:BatchGetAccountStatus",
          "logs:DescribeLogGroups", "logs:DescribeMetricFilters", "logs:DescribeResourcePolicies", "logs:DescribeSubscriptionFilters", "logs:GetDataProtectionPolicy", "logs:ListTagsForResource",
        ]
      }
      ReadBackups = {
        resources = local._anything
        actions = [
          "backup:DescribeBackupVault", "backup:GetBackupPlan", "backup:GetBackupSelection", "backup:GetBackupVaultAccessPolicy",
          "backup:GetRestoreTestingPlan", "backup:GetRestoreTestingSelection", "backup:ListTags",
        ]
      }
      ReadKeys = {
        resources = local._anything
        actions   = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags"]
      }
      ReadNetwork = {
        resources = local._anything
        actions = [
          "ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute", "ec2:DescribeFlowLogs", "ec2:DescribeInternetGateways", "ec2:DescribeNatGateways",
          "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
          "network-firewall:DescribeFirewall", "network-firewall:DescribeFirewallPolicy", "network-firewall:DescribeLoggingConfiguration", "network-firewall:DescribeRuleGroup",
          "route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource",
          "route53resolver:GetFirewallDomainList", "route53resolver:GetFirewallRuleGroup", "route53resolver:GetFirewallRuleGroupAssociation",
          "route53resolver:GetResolverQueryLogConfig", "route53resolver:GetResolverQueryLogConfigAssociation", "route53resolver:ListFirewallConfigs", "route53resolver:ListFirewallDomains", "route53resolver:ListFirewallRules",
          "route53resolver:ListTagsForResource",
        ]
      }
      ReadPolicies = {
        resources = local._stack_policy
        actions   = ["iam:GetPolicy", "iam:GetPolicyVersion"]
      }
      ReadRoles = {
        resources = local._stack_roles
        actions   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
      }
      ReadSignals = {
        resources = local._anything
        actions = [
          "budgets:ListTagsForResource", "budgets:ViewBudget", "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource",
          "events:DescribeEventBus", "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule",
        ]
      }
    }

    workloads = {
      ReadApi = {
        resources = local._api_paths
        actions   = ["apigateway:GET"]
      }
      # s3:ListBucket is what S3 asks for at HeadBucket, by which the provider looks whether a bucket is there. It shows the names
      # of objects, too; nothing less does. No s3:GetObject. The state's bucket is among them: Terraform lists workspaces at init, and
      # S3 would say "denied" and not "there is none yet" of a first state. (s3:ListTagsForResource is how version 6 of the provider
      # reads tags.)
      ReadBuckets = {
        resources = local._bucket_arns
        actions = [
          "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketNotification",
          "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock",
          "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration",
          "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
        ]
      }
      ReadFunctions = {
        resources = local._function_arns
        actions = [
          "lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionEventInvokeConfig",
          "lambda:GetPolicy", "lambda:GetProvisionedConcurrencyConfig", "lambda:ListTags", "lambda:ListVersionsByFunction",
        ]
      }
      # Their ids are AWS's, as those of event source mappings.
      ReadCodeSigning = {
        resources = ["arn:${var.partition}:lambda:${var.region}:${var.account_id}:code-signing-config:*"]
        actions   = ["lambda:GetCodeSigningConfig", "lambda:ListTags"]
      }
      ReadEventSources = {
        resources = ["arn:${var.partition}:lambda:${var.region}:${var.account_id}:event-source-mapping:*"]
        actions   = ["lambda:GetEventSourceMapping", "lambda:ListTags"]
      }
      ReadQueues = {
        resources = local._queue_arns
        actions   = ["sqs:GetQueueAttributes", "sqs:ListQueueTags"]
      }
      ReadTopics = {
        resources = local._topic_arns
        actions   = ["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"]
      }
      ReadSecretsSettings = {
        resources = local._secret_arns
        actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]
      }
      ReadTables = {
        resources = local._table_arns
        actions   = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:ListTagsOfResource"]
      }
      ReadWorkloads = {
        resources = local._anything
        actions = [
          "aoss:BatchGetCollection", "aoss:BatchGetVpcEndpoint", "aoss:GetAccessPolicy", "aoss:GetSecurityPolicy", "aoss:ListTagsForResource",
          "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient", "cognito-idp:GetGroup", "cognito-idp:GetUserPoolMfaConfig",
          "rds:DescribeDBClusterParameterGroups", "rds:DescribeDBClusterParameters", "rds:DescribeDBClusters", "rds:DescribeDBInstances",
          "rds:DescribeDBSubnetGroups", "rds:DescribeGlobalClusters", "rds:ListTagsForResource",
          "ses:GetConfigurationSet", "ses:GetEmailIdentity", "ses:ListTagsForResource",
          "signer:GetSigningProfile",
          "wafv2:GetIPSet", "wafv2:GetLoggingConfiguration", "wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:ListTagsForResource",
        ]
      }
      # Lambda decrypts a function's environment for who reads its configuration. Without it every plan would show every function
      # as changed. Names of tables and settings are in it, and no secret (the catalogue sees to that): and only through Lambda,
      # only by the key of that purpose. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
      ReadFunctionVariables = {
        resources = ["arn:${var.partition}:kms:${var.region}:${var.account_id}:key/*"]
        actions   = ["kms:Decrypt"]
        conditions = {
          StringEquals               = { "kms:ViaService" = "lambda.${var.region}.amazonaws.com" }
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.name_prefix}-configuration" }
        }
      }
    }
  }
}

resource "aws_iam_policy" "read" {
  #checkov:skip=CKV_AWS_355:What AWS names by itself, or knows no resource for, is read by kind; all of it is configuration
  for_each = local._reads

  name        = "${var.name_prefix}-terraform-read-${each.key}"
  description = "What terraform plan reads: configuration of the environment's ${each.key}, and nothing that is kept in it"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for name, statement in each.value : merge(
      { Sid = name, Effect = "Allow", Action = statement.actions, Resource = statement.resources },
      try({ Condition = statement.conditions }, {}),
    )]
  })
}

resource "aws_iam_role_policy_attachment" "read" {
  for_each = { for pair in setproduct(["apply", "plan"], keys(local._reads)) : "${pair[0]}-${pair[1]}" => { role = pair[0], policy = pair[1] } }

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = aws_iam_policy.read[each.value.policy].arn
}
