# What `terraform apply` makes, changes and takes away, beside what it reads (reads.tf): by the provider's own calls for each
# resource type of the root module. Of the data in it: nothing. Of people: no user of the pool and no group's member, whose rights
# are those to patients' records. It starts no function but the one that lays out the database.
locals {
  _package_objects = "arn:${var.partition}:s3:::${var.name_prefix}-packages-${var.account_id}/*"
  # By its whole name, and its versions and aliases: with "rag-migrations*" it could make a function of that name, and run it.
  _functions_to_run = [for suffix in ["", ":*"] : "arn:${var.partition}:lambda:${var.region}:${var.account_id}:function:${var.name_prefix}-rag-migrations${suffix}"]

  _of_this_region = { StringEquals = { "aws:RequestedRegion" = var.region } }

  _writes = {
    foundation = {
      WriteAudit = {
        resources  = local._anything
        conditions = local._of_this_region
        actions = [
          "access-analyzer:CreateAnalyzer", "access-analyzer:DeleteAnalyzer", "access-analyzer:TagResource", "access-analyzer:UntagResource",
          "cloudtrail:AddTags", "cloudtrail:CreateTrail", "cloudtrail:PutEventSelectors", "cloudtrail:RemoveTags", "cloudtrail:StartLogging", "cloudtrail:UpdateTrail",
          "firehose:CreateDeliveryStream", "firehose:DeleteDeliveryStream", "firehose:StartDeliveryStreamEncryption", "firehose:StopDeliveryStreamEncryption",
          "firehose:TagDeliveryStream", "firehose:UntagDeliveryStream", "firehose:UpdateDestination",
          "guardduty:CreateDetector", "guardduty:DeleteDetector", "guardduty:TagResource", "guardduty:UntagResource", "guardduty:UpdateDetector",
          "inspector2:Disable", "inspector2:Enable",
          "logs:AssociateKmsKey", "logs:CreateLogDelivery", "logs:CreateLogGroup", "logs:DeleteDataProtectionPolicy", "logs:DeleteLogDelivery", "logs:DeleteLogGroup",
          "logs:DeleteMetricFilter", "logs:DeleteResourcePolicy", "logs:DeleteSubscriptionFilter", "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutDataProtectionPolicy",
          "logs:PutMetricFilter", "logs:PutResourcePolicy", "logs:PutRetentionPolicy", "logs:PutSubscriptionFilter", "logs:TagResource", "logs:UntagResource", "logs:UpdateLogDelivery",
        ]
      }
      WriteBackups = {
        resources  = local._anything
        conditions = local._of_this_region
        actions = [
          "backup:CreateBackupPlan", "backup:CreateBackupSelection", "backup:CreateBackupVault", "backup:CreateRestoreTestingPlan", "backup:CreateRestoreTestingSelection",
          "backup:DeleteBackupPlan", "backup:DeleteBackupSelection", "backup:DeleteBackupVault", "backup:DeleteBackupVaultAccessPolicy", "backup:DeleteRestoreTestingPlan", "backup:DeleteRestoreTestingSelection",
          "backup:PutBackupVaultAccessPolicy", "backup:PutBackupVaultLockConfiguration",
          "backup:TagResource", "backup:UntagResource", "backup:UpdateBackupPlan", "backup:UpdateRestoreTestingPlan", "backup:UpdateRestoreTestingSelection", "backup-storage:MountCapsule",
        ]
      }
      # Keys have no names before they have aliases, so of keys it may be any but the state's (guard.tf).
      WriteKeys = {
        resources  = local._anything
        conditions = local._of_this_region
        actions = [
          "kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion",
          "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
        ]
      }
      # What a service asks of its caller's rights when it is told to encrypt with a key. By themselves they open nothing: none of
      # these services hands this role what it has decrypted (functions' variables are named in reads.tf).
      UseKeysThroughServices = {
        resources = ["arn:${var.partition}:kms:${var.region}:${var.account_id}:key/*"]
        actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:RetireGrant"]
        conditions = {
          StringEquals = { "kms:ViaService" = [for service in ["aoss", "backup", "dynamodb", "lambda", "logs", "rds", "secretsmanager"] : "${service}.${var.region}.amazonaws.com"] }
        }
      }
      GrantKeysToServices = {
        resources  = ["arn:${var.partition}:kms:${var.region}:${var.account_id}:key/*"]
        actions    = ["kms:CreateGrant"]
        conditions = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      }
      WriteNetwork = {
        resources  = local._anything
        conditions = local._of_this_region
        actions = [
          "ec2:AllocateAddress", "ec2:AssociateRouteTable", "ec2:AssociateVpcCidrBlock", "ec2:AttachInternetGateway", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
          "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateNatGateway", "ec2:CreateNetworkAcl", "ec2:CreateNetworkAclEntry", "ec2:CreateRoute", "ec2:CreateRouteTable",
          "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
          "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteNatGateway", "ec2:DeleteNetworkAcl", "ec2:DeleteNetworkAclEntry", "ec2:DeleteNetworkInterface", "ec2:DeleteRoute", "ec2:DeleteRouteTable",
          "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway", "ec2:DetachNetworkInterface",
          "ec2:DisassociateAddress", "ec2:DisassociateRouteTable", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
          "ec2:ReleaseAddress", "ec2:ReplaceNetworkAclAssociation", "ec2:ReplaceNetworkAclEntry", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation",
          "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        ]
      }
    }

    egress = {
      WriteEgress = {
        resources  = local._anything
        conditions = local._of_this_region
        actions = [
          "network-firewall:AssociateFirewallPolicy", "network-firewall:CreateFirewall", "network-firewall:CreateFirewallPolicy", "network-firewall:CreateRuleGroup",
          "network-firewall:DeleteFirewall", "network-firewall:DeleteFirewallPolicy", "network-firewall:DeleteRuleGroup", "network-firewall:TagResource", "network-firewall:UntagResource",
          "network-firewall:UpdateFirewallDeleteProtection", "network-firewall:UpdateFirewallDescription", "network-firewall:UpdateFirewallEncryptionConfiguration", "network-firewall:UpdateFirewallPolicy",
          "network-firewall:UpdateFirewallPolicyChangeProtection", "network-firewall:UpdateLoggingConfiguration", "network-firewall:UpdateRuleGroup",
          "network-firewall:UpdateSubnetChangeProtection",
          "route53resolver:AssociateFirewallRuleGroup", "route53resolver:AssociateResolverQueryLogConfig", "route53resolver:CreateFirewallDomainList", "route53resolver:CreateFirewallRule",
          "route53resolver:CreateFirewallRuleGroup", "route53resolver:CreateResolverQueryLogConfig", "route53resolver:DeleteFirewallDomainList", "route53resolver:DeleteFirewallRule",
          "route53resolver:DeleteFirewallRuleGroup", "route53resolver:DeleteResolverQueryLogConfig", "route53resolver:DisassociateFirewallRuleGroup",
          "route53resolver:DisassociateResolverQueryLogConfig", "route53resolver:TagResource", "route53resolver:UntagResource", "route53resolver:UpdateFirewallConfig",
          "route53resolver:UpdateFirewallDomains", "route53resolver:UpdateFirewallRule", "route53resolver:UpdateFirewallRuleGroupAssociation",
        ]
      }
      # Route 53 and Budgets answer from one region for all.
      WriteGlobal = {
        resources = local._anything
        actions = [
          "budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource",
          "route53:AssociateVPCWithHostedZone", "route53:ChangeResourceRecordSets", "route53:ChangeTagsForResource", "route53:CreateHostedZone", "route53:DeleteHostedZone", "route53:GetChange",
          "route53:ListHostedZonesByName", "route53:ListHostedZonesByVPC",
        ]
      }
    }

    workloads = {
      WriteApi = {
        resources = concat(local._api_paths, [for path in ["domainnames", "restapis", "tags/*"] : "${local._api_root}/${path}"])
        actions   = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT", "apigateway:SetWebACL", "apigateway:UpdateRestApiPolicy"]
      }
      # Not s3:DeleteObject: whoever means to empty a bucket (force_destroy) does it as a person.
      WriteBuckets = {
        resources = local._bucket_arns
        actions = [
          "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketLogging", "s3:PutBucketNotification", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls",
          "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
          "s3:TagResource", "s3:UntagResource",
        ]
      }
      # Lambda fetches a signed package with the rights of who names it. Nobody signs with this role: who merges doesn't sign.
      ReadPackages = {
        resources = [local._package_objects]
        actions   = ["s3:GetObject", "s3:GetObjectVersion"]
      }
      DecryptPackages = {
        resources = ["arn:${var.partition}:kms:${var.region}:${var.account_id}:key/*"]
        actions   = ["kms:Decrypt"]
        conditions = {
          StringEquals               = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" }
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.name_prefix}-configuration" }
        }
      }
      # No lambda:CreateFunctionUrlConfig: the API is the way in.
      WriteFunctions = {
        resources = local._function_arns
        actions = [
          "lambda:AddPermission", "lambda:CreateAlias", "lambda:CreateFunction", "lambda:DeleteAlias", "lambda:DeleteFunction", "lambda:DeleteFunctionCodeSigningConfig", "lambda:DeleteFunctionConcurrency", "lambda:DeleteFunctionEventInvokeConfig",
          "lambda:DeleteProvisionedConcurrencyConfig", "lambda:PublishVersion", "lambda:PutFunctionCodeSigningConfig", "lambda:PutFunctionConcurrency", "lambda:PutFunctionEventInvokeConfig",
          "lambda:PutProvisionedConcurrencyConfig", "lambda:RemovePermission", "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateAlias", "lambda:UpdateFunctionCode",
          "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionEventInvokeConfig",
        ]
      }
      # Their ids are AWS's; a mapping's function is a condition, and its own actions know no more.
      WriteFunctionSettings = {
        resources  = local._anything
        conditions = local._of_this_region
        actions = [
          "lambda:CreateCodeSigningConfig", "lambda:CreateEventSourceMapping", "lambda:DeleteCodeSigningConfig", "lambda:DeleteEventSourceMapping", "lambda:UpdateCodeSigningConfig", "lambda:UpdateEventSourceMapping",
          "signer:CancelSigningProfile", "signer:PutSigningProfile", "signer:TagResource", "signer:UntagResource",
        ]
      }
      LayOutTheDatabase = {
        resources = local._functions_to_run
        actions   = ["lambda:InvokeFunction"]
      }
      WriteMessaging = {
        resources = concat(local._queue_arns, local._topic_arns)
        actions = [
          "sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
          "sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue",
        ]
      }
      # RDS names the secret of a cluster's master user itself.
      WriteSecretsSettings = {
        resources = concat(local._secret_arns, ["arn:${var.partition}:secretsmanager:${var.region}:${var.account_id}:secret:rds!*"])
        actions = [
          "secretsmanager:CreateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy",
          "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
        ]
      }
      WriteTables = {
        resources = local._table_arns
        actions = [
          "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource",
          "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
        ]
      }
    }

    services = {
      WriteServices = {
        resources  = local._anything
        conditions = local._of_this_region
        actions = [
          "aoss:CreateAccessPolicy", "aoss:CreateCollection", "aoss:CreateSecurityPolicy", "aoss:CreateVpcEndpoint", "aoss:DeleteAccessPolicy", "aoss:DeleteCollection", "aoss:DeleteSecurityPolicy",
          "aoss:DeleteVpcEndpoint", "aoss:TagResource", "aoss:UntagResource", "aoss:UpdateAccessPolicy", "aoss:UpdateCollection", "aoss:UpdateSecurityPolicy", "aoss:UpdateVpcEndpoint",
          "cognito-idp:CreateGroup", "cognito-idp:CreateUserPool", "cognito-idp:CreateUserPoolClient", "cognito-idp:DeleteGroup", "cognito-idp:DeleteUserPool", "cognito-idp:DeleteUserPoolClient",
          "cognito-idp:SetUserPoolMfaConfig", "cognito-idp:TagResource", "cognito-idp:UntagResource", "cognito-idp:UpdateGroup", "cognito-idp:UpdateUserPool", "cognito-idp:UpdateUserPoolClient",
          "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource",
          "events:CreateEventBus", "events:DeleteEventBus", "events:DeleteRule", "events:PutPermission", "events:PutRule", "events:PutTargets", "events:RemovePermission", "events:RemoveTargets",
          "events:TagResource", "events:UntagResource", "events:UpdateEventBus",
          "rds:AddTagsToResource", "rds:CreateDBCluster", "rds:CreateDBClusterParameterGroup", "rds:CreateDBClusterSnapshot", "rds:CreateDBInstance", "rds:CreateDBSubnetGroup", "rds:DeleteDBCluster",
          "rds:DeleteDBClusterParameterGroup", "rds:DeleteDBInstance", "rds:DeleteDBSubnetGroup", "rds:ModifyDBCluster", "rds:ModifyDBClusterParameterGroup", "rds:ModifyDBInstance",
          "rds:ModifyDBSubnetGroup", "rds:RemoveTagsFromResource", "rds:ResetDBClusterParameterGroup",
          "ses:CreateConfigurationSet", "ses:CreateEmailIdentity", "ses:DeleteConfigurationSet", "ses:DeleteEmailIdentity", "ses:PutConfigurationSetDeliveryOptions",
          "ses:PutConfigurationSetReputationOptions", "ses:PutConfigurationSetSendingOptions", "ses:PutConfigurationSetSuppressionOptions", "ses:PutEmailIdentityConfigurationSetAttributes", "ses:TagResource", "ses:UntagResource",
          "wafv2:AssociateWebACL", "wafv2:CreateIPSet", "wafv2:CreateWebACL", "wafv2:DeleteIPSet", "wafv2:DeleteLoggingConfiguration", "wafv2:DeleteWebACL", "wafv2:DisassociateWebACL",
          "wafv2:PutLoggingConfiguration", "wafv2:TagResource", "wafv2:UntagResource", "wafv2:UpdateIPSet", "wafv2:UpdateWebACL",
        ]
      }
    }
  }
}

resource "aws_iam_policy" "write" {
  #checkov:skip=CKV_AWS_290:What has a name of ours is named; the rest is in this region, and guard.tf takes out what must stay
  #checkov:skip=CKV_AWS_289:No permission is given without a boundary (roles.tf); resource policies are what the stack is made of
  #checkov:skip=CKV_AWS_355:What AWS names by itself, or knows no resource for, can be named by kind alone
  for_each = local._writes

  name        = "${var.name_prefix}-terraform-write-${each.key}"
  description = "What terraform apply makes and changes: the environment's ${each.key}"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for name, statement in each.value : merge(
      { Sid = name, Effect = "Allow", Action = statement.actions, Resource = statement.resources },
      try({ Condition = statement.conditions }, {}),
    )]
  })
}

resource "aws_iam_role_policy_attachment" "write" {
  for_each = aws_iam_policy.write

  role       = aws_iam_role.this["apply"].name
  policy_arn = each.value.arn
}
