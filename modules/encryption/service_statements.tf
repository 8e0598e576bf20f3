# What each service principal needs to use a key by itself, as AWS documents it, and for this account's resources only.
locals {
  _arn = {
    for service, region in {
      budgets = "", cloudtrail = var.context.region, cloudwatch = var.context.region, events = var.context.region, sns = var.context.region
    } : service => "arn:${var.context.partition}:${service}:${region}:${var.context.account_id}"
  }

  # Services that write to, or read from, an encrypted topic or queue. Which one calls for which source.
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (compatibility with event sources)
  _publishers = {
    budgets    = { source_arn = "${local._arn.budgets}:*" }
    cloudwatch = { source_arn = "${local._arn.cloudwatch}:alarm:*" }
    s3         = { source_arn = "arn:${var.context.partition}:s3:::*" } # Bucket ARNs carry no account: the other condition does.
    sns        = { source_arn = "${local._arn.sns}:*" }
  }

  _publisher_statements = {
    for service, publisher in local._publishers : service => [{
      Sid       = "Publish${title(service)}"
      Effect    = "Allow"
      Principal = { Service = "${service}.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id }
        ArnLike      = { "aws:SourceArn" = publisher.source_arn }
      }
    }]
  }

  _service_statements = merge(local._publisher_statements, {
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    # Decrypt is for buckets with a bucket key. The trail's name begins with the name prefix.
    cloudtrail = [
      {
        Sid       = "CloudtrailEncrypts"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = ["kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = {
          ArnLike    = { "aws:SourceArn" = "${local._arn.cloudtrail}:trail/${var.context.name_prefix}-*" }
          StringLike = { "kms:EncryptionContext:aws:cloudtrail:arn" = "arn:${var.context.partition}:cloudtrail:*:${var.context.account_id}:trail/*" }
        }
      },
      {
        Sid       = "CloudtrailReads"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = { "aws:SourceArn" = "${local._arn.cloudtrail}:trail/${var.context.name_prefix}-*" }
        }
      },
    ]

    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html
    # The encryption context is the bus, and it names the account. DescribeKey has none; it shows what the key is, no data.
    event_buses = [
      {
        Sid       = "EventBusesEncrypt"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:events:event-bus:arn" = "${local._arn.events}:event-bus/*" } }
      },
      {
        Sid       = "EventBusesCheckTheKey"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:DescribeKey"]
        Resource  = "*"
      },
    ]

    # EventBridge sends a key neither the account nor the rule: with a condition on them nothing would ever arrive. Whose
    # rules may send is said by the topic's or the queue's policy, where the rule is known.
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    events = [{
      Sid       = "PublishEvents"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
    }]

    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    # The encryption context is the log group, and it names the account: no other account's logs can use the key.
    logs = [{
      Sid       = "LogsEncrypt"
      Effect    = "Allow"
      Principal = { Service = "logs.${var.context.region}.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      Resource  = "*"
      Condition = {
        ArnLike = {
          "kms:EncryptionContext:aws:logs:arn" = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group:*"
        }
      }
    }]
  })
}
