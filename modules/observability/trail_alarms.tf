# What an intruder, or a hurried colleague, does first, counted in the trail. Mostly the CIS AWS Foundations Benchmark
# v1.4, section 4; log-removal and some events are ours. CloudWatch allows a pattern of at most 1024 characters.
locals {
  _trail_signals = var.trail_log_group == null ? {} : {
    bucket-policy-changes = {
      description = "A bucket's policy, public access, encryption, lock, versions, access log, replication or lifecycle was changed."
      source      = "s3.amazonaws.com"
      events = [
        "DeleteBucketCors", "DeleteBucketEncryption", "DeleteBucketLifecycle", "DeleteBucketPolicy", "DeleteBucketPublicAccessBlock", "DeleteBucketReplication", "PutBucketAcl", "PutBucketCors", "PutBucketEncryption", "PutBucketLifecycle",
        "PutBucketLogging", "PutBucketObjectLockConfiguration", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketReplication", "PutBucketVersioning",
      ]
    }
    configuration-recorder-changes = {
      description = "AWS Config was stopped or changed."
      source      = "config.amazonaws.com"
      events      = ["DeleteDeliveryChannel", "PutConfigurationRecorder", "PutDeliveryChannel", "StopConfigurationRecorder"]
    }
    gateway-changes = {
      description = "An internet or customer gateway was made, changed or removed: the network has a way out that it should not have."
      source      = "ec2.amazonaws.com"
      events      = ["AttachInternetGateway", "CreateCustomerGateway", "CreateInternetGateway", "CreateNatGateway", "DeleteCustomerGateway", "DeleteInternetGateway", "DetachInternetGateway"]
    }
    iam-policy-changes = {
      description = "An IAM policy was made, changed, attached or removed."
      source      = "iam.amazonaws.com"
      events = [
        "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreatePolicy", "CreatePolicyVersion", "DeleteGroupPolicy", "DeletePolicy", "DeletePolicyVersion", "DeleteRolePolicy", "DeleteUserPolicy",
        "DetachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy", "SetDefaultPolicyVersion",
      ]
    }
    kms-key-removal = {
      description = "A KMS key was disabled, scheduled for deletion, no longer rotates, or has another policy: what it encrypts may become unreadable."
      source      = "kms.amazonaws.com"
      events      = ["DisableKey", "DisableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion"]
    }
    log-removal = {
      description = "A log group was deleted, or lost its retention or its key: evidence may be gone."
      source      = "logs.amazonaws.com"
      events      = ["DeleteLogGroup", "DeleteLogStream", "DeleteMetricFilter", "DeleteRetentionPolicy", "DisassociateKmsKey", "PutRetentionPolicy"]
    }
    network-acl-changes = {
      description = "A network ACL was changed."
      source      = "ec2.amazonaws.com"
      events      = ["CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclAssociation", "ReplaceNetworkAclEntry"]
    }
    organization-changes = {
      description = "AWS Organizations was changed."
      source      = "organizations.amazonaws.com"
      events      = ["AcceptHandshake", "AttachPolicy", "CreatePolicy", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "InviteAccountToOrganization", "LeaveOrganization", "MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy"]
    }
    route-table-changes = {
      description = "A route was changed: traffic may take another way."
      source      = "ec2.amazonaws.com"
      events      = ["CreateRoute", "CreateRouteTable", "DeleteRoute", "DeleteRouteTable", "DisassociateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation"]
    }
    security-group-changes = {
      description = "A security group was changed."
      source      = "ec2.amazonaws.com"
      events      = ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateSecurityGroup", "DeleteSecurityGroup", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"]
    }
    cloudtrail-changes = {
      description = "CloudTrail was stopped or changed: what follows may go unrecorded."
      source      = "cloudtrail.amazonaws.com"
      events      = ["CreateTrail", "DeleteTrail", "PutEventSelectors", "StartLogging", "StopLogging", "UpdateTrail"]
    }
    vpc-changes = {
      description = "A VPC, a peering, an endpoint or flow logs were changed."
      source      = "ec2.amazonaws.com"
      events      = ["AcceptVpcPeeringConnection", "CreateVpc", "CreateVpcPeeringConnection", "DeleteFlowLogs", "DeleteVpc", "DeleteVpcEndpoints", "DeleteVpcPeeringConnection", "ModifyVpcAttribute", "ModifyVpcEndpoint", "RejectVpcPeeringConnection"]
    }
  }

  # Signals that are more than the name of a call. `above` is what is ordinary in five minutes.
  _trail_conditions = var.trail_log_group == null ? {} : {
    console-sign-in-failures = {
      description = "Repeated failures to sign in to the console."
      pattern     = "{ ($.eventName = \"ConsoleLogin\") && ($.errorMessage = \"Failed authentication\") }"
      above       = 4
    }
    console-sign-in-without-mfa = {
      description = "Someone signed in to the console without a second factor."
      pattern     = "{ ($.eventName = \"ConsoleLogin\") && ($.additionalEventData.MFAUsed != \"Yes\") && ($.userIdentity.type = \"IAMUser\") && ($.responseElements.ConsoleLogin = \"Success\") }"
      above       = 0
    }
    root-use = {
      description = "The account's root user did something."
      pattern     = "{ ($.userIdentity.type = \"Root\") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != \"AwsServiceEvent\") }"
      above       = 0
    }
    unauthorized-calls = {
      description = "Calls to AWS were refused repeatedly: someone is trying doors, or a role lacks a permission."
      pattern     = "{ (($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\")) && ($.sourceIPAddress != \"delivery.logs.amazonaws.com\") && ($.eventName != \"HeadBucket\") }"
      above       = 4
    }
  }

  _trail_filters = merge(local._trail_conditions, {
    for name, signal in local._trail_signals : name => {
      description = signal.description
      pattern     = "{ ($.eventSource = \"${signal.source}\") && (${join(" || ", [for event in signal.events : "($.eventName = ${event})"])}) }"
      above       = 0
    }
  })

  _trail_alarms = {
    for name, filter in local._trail_filters : "trail-${name}" => {
      description         = filter.description
      namespace           = var.metric_namespace
      metric_name         = "${local._name}-trail-${name}"
      dimensions          = {}
      statistic           = "Sum"
      comparison          = "GreaterThanThreshold"
      threshold           = filter.above
      period_seconds      = 300
      evaluation_periods  = 1
      datapoints_to_alarm = 1
      treat_missing_data  = "notBreaching" # Minutes without any event have no datapoint: that is quiet, not unknown.
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "trail" {
  for_each = local._trail_filters

  name           = "${local._name}-trail-${each.key}"
  log_group_name = var.trail_log_group.name
  pattern        = each.value.pattern

  metric_transformation {
    name          = "${local._name}-trail-${each.key}" # A second deployment counts the same account's events: not into this one.
    namespace     = var.metric_namespace
    value         = "1"
    default_value = "0"
  }
}
