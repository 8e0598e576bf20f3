# modules/function: what is on by default, what must never be in a plan, and what each wrong input says.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1" }
  name    = "probe"
  handler = "probe.handler.handler"
  package = { s3 = { bucket = "releases", key = "probe.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
  platform = {
    alert_topic_arn            = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
    endpoint_security_group_id = "sg-0000000000000000e"
    environment_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/environment"
    logs_key_arn               = "arn:aws:kms:us-east-1:123456789012:key/logs"
    phi_key_arn                = "arn:aws:kms:us-east-1:123456789012:key/phi"
    prefix_list_ids            = { dynamodb = "pl-0000000000000000d", s3 = "pl-00000000000000003" }
    subnet_ids                 = ["subnet-0000000000000000a", "subnet-0000000000000000b"]
    vpc_id                     = "vpc-00000000000000001"
  }
  permissions = {
    read_patients = {
      actions    = ["dynamodb:GetItem"]
      resources  = ["arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients"]
      conditions = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } }
    }
  }
}

run "hardened_by_default" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    environment = { PATIENT_TABLE = "healthcare-patients", DB_SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db" }
    invokers    = { uploads = { service = "s3.amazonaws.com", source_arn = "arn:aws:s3:::healthcare-uploads" }, clock = { service = "events.amazonaws.com", source_arn = "arn:aws:events:us-east-1:123456789012:rule/nightly" } }
    queues      = { hl7-in = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:hl7", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", maximum_concurrency = 5 } }
  }

  # --- names
  assert {
    condition     = aws_lambda_function.this.function_name == "healthcare-probe" && aws_iam_role.this.name == "healthcare-probe"
    error_message = "The function and its role are named <prefix>-<name>."
  }

  # --- logs
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_cloudwatch_log_data_protection_policy.this[0].policy_document).Statement :
      statement.DataIdentifier == [for name in ["DrugEnforcementAgencyNumber-US", "EmailAddress", "HealthInsuranceClaimNumber-US", "MedicareBeneficiaryNumber-US", "PhoneNumber-US", "Ssn-US"] : "arn:aws:dataprotection::aws:data-identifier/${name}"]
    ])
    error_message = "What looks like a patient's number or address is masked, and both statements name the same."
  }
  assert {
    condition     = [for statement in jsondecode(aws_cloudwatch_log_data_protection_policy.this[0].policy_document).Statement : statement.Operation] == [{ Audit = { FindingsDestination = {} } }, { Deidentify = { MaskConfig = {} } }] && aws_cloudwatch_log_data_protection_policy.this[0].log_group_name == aws_cloudwatch_log_group.this.name
    error_message = "The log is masked, and findings are written nowhere."
  }
  assert {
    condition     = length(aws_cloudwatch_log_subscription_filter.this) == 0
    error_message = "Without a stream there is nothing to export to."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.this.name == "/aws/lambda/healthcare-probe" && aws_cloudwatch_log_group.this.retention_in_days == 2557 &&
      aws_cloudwatch_log_group.this.kms_key_id == var.platform.logs_key_arn &&
      aws_lambda_function.this.logging_config[0].log_group == aws_cloudwatch_log_group.this.name
    )
    error_message = "The log group is encrypted, kept for seven years, and the one that the function writes to."
  }
  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "Text"
    error_message = "Lambda's JSON format would let every library log at INFO."
  }

  # --- the function
  assert {
    condition     = aws_lambda_function.this.kms_key_arn == var.platform.environment_key_arn
    error_message = "Environment variables are encrypted with a customer-managed key."
  }
  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "Tracing is active."
  }
  assert {
    condition     = length(aws_lambda_function.this.vpc_config[0].subnet_ids) == 2
    error_message = "The function stands in both private subnets."
  }
  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.live.name == "live"
    error_message = "A version is published, and the alias live names it."
  }
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 20
    error_message = "Concurrency is reserved."
  }
  assert {
    condition     = aws_lambda_function.this.runtime == "python3.13" && one(aws_lambda_function.this.architectures) == "arm64" && aws_lambda_function.this.timeout == 28
    error_message = "Python 3.13 on arm64, and done before API Gateway gives up."
  }

  assert {
    condition     = !contains(keys(coalesce(aws_lambda_function.this.tags, {})), "OutsideVpcReason") && length(aws_security_group.this) == 1
    error_message = "Inside the VPC there is no reason to be outside, and a security group of its own."
  }
  assert {
    condition     = length(aws_cloudwatch_event_rule.this) + length(aws_lambda_event_source_mapping.streams) + length(aws_iam_role_policy.streams) + length(aws_lambda_permission.events) == 0
    error_message = "Nothing starts the function that was not asked for."
  }

  # --- dead letters
  assert {
    condition     = length(aws_lambda_function.this.dead_letter_config) == 1 && aws_sqs_queue.dead_letters[0].kms_master_key_id == var.platform.phi_key_arn
    error_message = "Dead letters go to a queue with a customer-managed key (SSE-SQS is not one)."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_sqs_queue.dead_letters[0].policy).Statement : statement.Effect == "Deny"
    ])
    error_message = "The queue's policy grants nobody anything."
  }

  # --- the role
  assert {
    condition = alltrue(flatten([
      for statement in concat(jsondecode(aws_iam_role_policy.platform.policy).Statement, jsondecode(aws_iam_role_policy.workload[0].policy).Statement) : [
        for action in statement.Action : !strcontains(action, "*")
      ]
    ]))
    error_message = "No action of the role has a wildcard."
  }
  assert {
    condition = alltrue([
      for statement in concat(jsondecode(aws_iam_role_policy.platform.policy).Statement, jsondecode(aws_iam_role_policy.workload[0].policy).Statement) :
      !contains(statement.Resource, "*") || alltrue([for action in statement.Action : startswith(action, "ec2:") || startswith(action, "xray:")])
    ])
    error_message = "Only the network-interface and X-Ray calls, which know no resource, are for every resource."
  }
  assert {
    condition = length(setintersection(
      flatten([for statement in jsondecode(aws_iam_role_policy.platform.policy).Statement : statement.Action if statement.Effect == "Allow"]),
      ["logs:CreateLogGroup", "ec2:DetachNetworkInterface", "sts:AssumeRole"],
    )) == 0
    error_message = "The role can't make log groups (an unencrypted one could appear), detach interfaces, or become another role."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_iam_role_policy.platform.policy).Statement :
      statement.Effect == "Deny" && contains(statement.Action, "ec2:CreateNetworkInterface") &&
      try(statement.Condition.ArnLike["lambda:SourceFunctionArn"][0] == "arn:aws:lambda:us-east-1:123456789012:function:healthcare-probe", false)
    ])
    error_message = "The network-interface calls are denied to the function's own code."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.workload[0].policy).Statement == [{
      Sid       = "ReadPatients"
      Effect    = "Allow"
      Action    = ["dynamodb:GetItem"]
      Resource  = ["arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients"]
      Condition = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } }
    }]
    error_message = "The workload's policy says what `permissions` says, conditions included, and nothing else."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role.this.assume_role_policy).Statement : statement.Principal] == [{ Service = "lambda.amazonaws.com" }]
    error_message = "Lambda alone may assume the role."
  }

  # --- the network
  assert {
    condition = alltrue([
      for rule in concat(aws_vpc_security_group_egress_rule.endpoints, values(aws_vpc_security_group_egress_rule.gateways)) :
      rule.from_port == 443 && rule.to_port == 443 && rule.ip_protocol == "tcp" && rule.cidr_ipv4 == null && rule.cidr_ipv6 == null
    ])
    error_message = "The function reaches endpoints on 443, and no address range."
  }

  # --- triggers
  assert {
    condition     = aws_lambda_permission.this["uploads"].source_account == "123456789012" && aws_lambda_permission.this["uploads"].source_arn == "arn:aws:s3:::healthcare-uploads"
    error_message = "A bucket is pinned to its account as well: its ARN names none."
  }
  assert {
    condition     = alltrue([for permission in values(aws_lambda_permission.this) : permission.principal != "*" && permission.qualifier == "live"])
    error_message = "Only named services may invoke, and only the alias."
  }
  assert {
    condition     = contains(aws_lambda_event_source_mapping.queues["hl7-in"].function_response_types, "ReportBatchItemFailures")
    error_message = "Queues report partial failures."
  }

  # --- alarms
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["errors"].threshold == 10 && aws_cloudwatch_metric_alarm.this["errors"].period == 300 &&
      aws_cloudwatch_metric_alarm.this["errors"].statistic == "Sum" && aws_cloudwatch_metric_alarm.this["throttles"].threshold == 1 &&
      aws_cloudwatch_metric_alarm.this["duration"].threshold == 5000 && aws_cloudwatch_metric_alarm.this["duration"].evaluation_periods == 2 &&
      aws_cloudwatch_metric_alarm.this["duration"].statistic == "Average"
    )
    error_message = "Alarms: errors > 10 in 300 s, any throttle, average duration > 5000 ms in two periods of 300 s."
  }
  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.this), aws_cloudwatch_metric_alarm.dead_letters) :
      contains(alarm.alarm_actions, var.platform.alert_topic_arn) && alarm.actions_enabled
    ])
    error_message = "Every alarm goes to the alert topic."
  }
}

run "choices_by_name" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    alarms                  = { errors = { threshold = 0 }, duration = { threshold = 1000 } }
    architecture            = "x86_64"
    code_signing_config_arn = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0"
    dead_letters            = { enabled = false }
    permissions             = {}
    reserved_concurrency    = null
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["errors"].threshold == 0 && aws_cloudwatch_metric_alarm.this["errors"].period == 300 && aws_cloudwatch_metric_alarm.this["duration"].threshold == 1000
    error_message = "A threshold is changed without repeating the other figures."
  }
  assert {
    condition     = length(aws_sqs_queue.dead_letters) == 0 && length(aws_lambda_function.this.dead_letter_config) == 0 && length(aws_cloudwatch_metric_alarm.dead_letters) == 0 && !strcontains(aws_iam_role_policy.platform.policy, "sqs:")
    error_message = "Without dead letters there is no queue, no alarm on it, and no permission to send to it."
  }
  assert {
    condition     = length(aws_iam_role_policy.workload) == 0
    error_message = "Without permissions the function has the platform's policy alone."
  }
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1 && aws_lambda_function.this.code_signing_config_arn == var.code_signing_config_arn && one(aws_lambda_function.this.architectures) == "x86_64"
    error_message = "Shared concurrency, code signing and the architecture are what was asked for."
  }
}

run "events_streams_and_schedules" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = {
      nightly = { schedule = "cron(0 3 * * ? *)", input = jsonencode({ run = "nightly" }) }
      uploads = { pattern = jsonencode({ source = ["aws.s3"], detail-type = ["Object Created"] }) }
      mergers = { pattern = jsonencode({ source = ["healthcare.hl7"] }), bus_name = "healthcare-clinical-events" }
    }
    streams = {
      outbox-rows = {
        stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-outbox/stream/2026-01-01T00:00:00.000"
        key_arn    = "arn:aws:kms:us-east-1:123456789012:key/phi"
        filters    = [jsonencode({ eventName = ["INSERT"] })]
      }
      plain = {
        stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-plain/stream/2026-01-01T00:00:00.000"
        key_arn    = "arn:aws:kms:us-east-1:123456789012:key/phi"
      }
    }
  }

  # --- rules
  assert {
    condition = (
      aws_cloudwatch_event_rule.this["nightly"].name == "healthcare-probe-nightly" && aws_cloudwatch_event_rule.this["nightly"].schedule_expression == "cron(0 3 * * ? *)" &&
      aws_cloudwatch_event_rule.this["uploads"].event_bus_name == "default" && aws_cloudwatch_event_rule.this["mergers"].event_bus_name == "healthcare-clinical-events" &&
      jsondecode(aws_cloudwatch_event_rule.this["mergers"].event_pattern).source == ["healthcare.hl7"]
    )
    error_message = "Rules are named for the function, and stand on the bus that they name."
  }
  assert {
    condition     = aws_cloudwatch_event_target.this["nightly"].input == jsonencode({ run = "nightly" }) && aws_cloudwatch_event_target.this["uploads"].input == null && aws_cloudwatch_event_target.this["mergers"].event_bus_name == "healthcare-clinical-events"
    error_message = "An input replaces the event; without one the event is passed on."
  }
  assert {
    condition = alltrue([
      for target in values(aws_cloudwatch_event_target.this) :
      length(target.dead_letter_config) == 1 && target.retry_policy[0].maximum_event_age_in_seconds == 86400 && target.retry_policy[0].maximum_retry_attempts == 185
    ])
    error_message = "Delivery is tried for a day, and what is left goes to the dead letters."
  }
  assert {
    condition     = alltrue([for permission in values(aws_lambda_permission.events) : permission.principal == "events.amazonaws.com" && permission.qualifier == "live"]) && length(aws_lambda_permission.events) == 3
    error_message = "EventBridge may call the alias, for each of the rules."
  }
  assert {
    condition     = aws_lambda_permission.events["mergers"].source_arn == "arn:aws:events:us-east-1:123456789012:rule/healthcare-clinical-events/healthcare-probe-mergers" && aws_lambda_permission.events["nightly"].source_arn == "arn:aws:events:us-east-1:123456789012:rule/healthcare-probe-nightly"
    error_message = "Each permission is pinned to its rule."
  }
  assert {
    condition = {
      for statement in jsondecode(aws_sqs_queue.dead_letters[0].policy).Statement : statement.Sid => try(statement.Condition.ArnEquals["aws:SourceArn"], statement.Effect)
      } == {
      TlsOnly          = "Deny"
      EventRuleMergers = "arn:aws:events:us-east-1:123456789012:rule/healthcare-clinical-events/healthcare-probe-mergers"
      EventRuleNightly = "arn:aws:events:us-east-1:123456789012:rule/healthcare-probe-nightly"
      EventRuleUploads = "arn:aws:events:us-east-1:123456789012:rule/healthcare-probe-uploads"
    }
    error_message = "The dead letters take messages from these rules alone, and by TLS alone."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_sqs_queue.dead_letters[0].policy).Statement :
      statement.Effect == "Deny" || statement.Action == "sqs:SendMessage" && statement.Principal == { Service = "events.amazonaws.com" } && statement.Resource == "arn:aws:sqs:us-east-1:123456789012:healthcare-probe-dead-letters"
    ])
    error_message = "EventBridge may send to the dead letters, and do nothing else with them."
  }

  # --- streams
  assert {
    condition = alltrue([
      for mapping in values(aws_lambda_event_source_mapping.streams) :
      mapping.starting_position == "TRIM_HORIZON" && mapping.bisect_batch_on_function_error && mapping.maximum_retry_attempts == 10 &&
      mapping.function_response_types == toset(["ReportBatchItemFailures"]) && length(mapping.destination_config[0].on_failure) == 1
    ])
    error_message = "Streams are read from their beginning; a bad record is found, retried with an end, and noted in the dead letters."
  }
  assert {
    condition     = one(one(aws_lambda_event_source_mapping.streams["outbox-rows"].filter_criteria).filter).pattern == jsonencode({ eventName = ["INSERT"] }) && length(aws_lambda_event_source_mapping.streams["plain"].filter_criteria) == 0
    error_message = "Filters choose the records that reach the function."
  }
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.streams[0].policy).Statement : statement if endswith(statement.Sid, "OutboxRows")] == [
      {
        Sid      = "ReadOutboxRows"
        Effect   = "Allow"
        Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
        Resource = ["arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-outbox/stream/2026-01-01T00:00:00.000"]
      },
      {
        Sid       = "DecryptOutboxRows"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:us-east-1:123456789012:key/phi"]
        Condition = { StringEquals = { "kms:ViaService" = "dynamodb.us-east-1.amazonaws.com" } }
      },
    ]
    error_message = "The role reads this stream alone, and decrypts through DynamoDB alone."
  }
}

run "outside_the_vpc_by_name" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    context            = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1", tags = { Project = "records" } }
    outside_vpc_reason = "Reads configuration of services that have no endpoint and no health information"
  }

  assert {
    condition     = length(coalesce(aws_lambda_function.this.vpc_config[0].subnet_ids, toset([]))) == 0 && length(aws_security_group.this) == 0 && length(aws_vpc_security_group_egress_rule.endpoints) == 0 && length(aws_vpc_security_group_egress_rule.gateways) == 0
    error_message = "Outside the VPC the function has no subnet, no security group and no rule."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.platform.policy, "ec2:") && strcontains(aws_iam_role_policy.platform.policy, "logs:PutLogEvents") && strcontains(aws_iam_role_policy.platform.policy, "DecryptEnvironment")
    error_message = "Outside the VPC the role knows nothing of network interfaces, and all else is as ever."
  }
  assert {
    condition     = aws_lambda_function.this.tags == tomap({ OutsideVpcReason = "Reads configuration of services that have no endpoint and no health information", Project = "records" }) && !contains(keys(aws_iam_role.this.tags), "OutsideVpcReason")
    error_message = "The function's tag says why."
  }
  assert {
    condition     = length(aws_lambda_function.this.dead_letter_config) == 1 && length(aws_cloudwatch_metric_alarm.this) == 3 && output.security_group_id == null
    error_message = "Dead letters and alarms are there outside the VPC, too."
  }
}

run "exported_where_there_is_a_stream" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    platform = merge(var.platform, { log_export = { role_arn = "arn:aws:iam::123456789012:role/log-export", stream_arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/log-export" } })
  }

  assert {
    condition     = aws_cloudwatch_log_subscription_filter.this[0].log_group_name == aws_cloudwatch_log_group.this.name && aws_cloudwatch_log_subscription_filter.this[0].destination_arn == var.platform.log_export.stream_arn && aws_cloudwatch_log_subscription_filter.this[0].role_arn == var.platform.log_export.role_arn && aws_cloudwatch_log_subscription_filter.this[0].filter_pattern == ""
    error_message = "All that the function logs is exported."
  }
}

run "unmasked_by_name" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    platform = merge(var.platform, { log_masking = { enabled = false } })
  }

  assert {
    condition     = length(aws_cloudwatch_log_data_protection_policy.this) == 0
    error_message = "Masking can be switched off by name."
  }
}

run "missing_zip" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    package = { filename = "dist/no_such_function.zip" }
  }

  expect_failures = [aws_lambda_function.this]
}

# Each run has one wrong value a variable, so that together they break every validation once.
run "wrong_values_1" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    alarms                  = { errors = { period = 45 } }
    architecture            = "mips"
    code_signing_config_arn = "csc-0123456789abcdef0"
    context                 = { account_id = "1234", name_prefix = "healthcare", region = "us-east-1" }
    dead_letters            = { message_retention_days = 15 }
    description             = "An invented sentence that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on."
    environment             = { "1ST" = "value" }
    handler                 = "no handler"
    invokers                = { anyone = { service = "*", source_arn = "arn:aws:s3:::healthcare-uploads" } }
    log_retention_days      = 365
    memory_size             = 64
    name                    = "Patient_API"
    package                 = {}
    permissions             = { "Read-Patients" = { actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:us-east-1:123456789012:table/patients"] } }
    queues                  = { hl7 = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:hl7", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", batch_size = 0 } }
    reserved_concurrency    = 0
    runtime                 = "python3.8"
    timeout                 = 901
    platform                = merge(var.platform, { subnet_ids = ["subnet-0000000000000000a", "subnet-0000000000000000a"] })
  }

  expect_failures = [
    var.alarms, var.architecture, var.code_signing_config_arn, var.context, var.dead_letters, var.description, var.environment, var.handler,
    var.invokers, var.log_retention_days, var.memory_size, var.name, var.package, var.permissions, var.platform, var.queues,
    var.reserved_concurrency, var.runtime, var.timeout,
  ]
}

run "wrong_values_2" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    alarms      = { throttles = { threshold = 0 } }
    context     = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1a" }
    environment = { DB_PASSWORD = "x" }
    invokers    = { any_bucket = { service = "s3.amazonaws.com", source_arn = "arn:aws:s3:::*" } }
    package     = { filename = "dist/probe.tar" }
    permissions = { read = { actions = ["dynamodb:Get*"], resources = ["arn:aws:dynamodb:us-east-1:123456789012:table/patients"] } }
    queues      = { hl7 = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:hl7", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", maximum_concurrency = 1 } }
    platform    = merge(var.platform, { environment_key_arn = "alias/environment" })
  }

  expect_failures = [var.alarms, var.context, var.environment, var.invokers, var.package, var.permissions, var.platform, var.queues]
}

run "wrong_values_3" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    context     = { account_id = "123456789012", name_prefix = "healthcare", partition = "gcp", region = "us-east-1" }
    environment = { SETTINGS = "AKIAIOSFODNN7EXAMPLE" }
    platform    = merge(var.platform, { log_masking = { data_identifiers = ["arn:aws:dataprotection::aws:data-identifier/Ssn-US"] } })
    package     = { s3 = { bucket = "releases", key = "probe.zip", hash = "not base64 of 32 bytes" } }
    permissions = { read = { actions = [], resources = ["arn:aws:dynamodb:us-east-1:123456789012:table/patients"] } }
  }

  expect_failures = [var.context, var.environment, var.package, var.permissions, var.platform]
}

run "wrong_values_4" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    platform    = merge(var.platform, { log_export = { role_arn = "arn:aws:iam::123456789012:role/log-export", stream_arn = "log-export" } })
    context     = { account_id = "123456789012", name_prefix = "Healthcare", region = "us-east-1" }
    environment = { AWS_DEFAULT_REGION = "us-east-1" }
    package     = { filename = "dist/probe.zip", s3 = { bucket = "releases", key = "probe.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
    permissions = { read = { actions = ["dynamodb:GetItem"], resources = ["*"] } }
  }

  expect_failures = [var.context, var.environment, var.package, var.permissions, var.platform]
}

run "wrong_values_5" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    platform    = merge(var.platform, { vpc_id = "" })
    environment = { OPENAI = "sk-proj-0123456789abcdef0123" }
    queues      = { hl7 = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:hl7", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", batch_window = 301 } }
    permissions = { pass = { actions = ["iam:PassRole"], resources = ["arn:aws:iam::123456789012:role/other"] } }
  }

  expect_failures = [var.environment, var.permissions, var.platform, var.queues]
}

run "wrong_values_6" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    platform    = merge(var.platform, { alert_topic_arn = "" })
    environment = { DATABASE = "postgresql://app:hunter22@db.internal/records" }
    permissions = { read = { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::*"] } }
    queues      = { hl7 = { queue_arn = "arn:aws:sqs:us-east-1:123456789012:hl7", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", batch_size = 11 } }
  }

  expect_failures = [var.platform, var.environment, var.permissions, var.queues]
}

run "wrong_triggers_1" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules        = { Nightly = { schedule = "rate(1 day)" } }
    streams            = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", batch_size = 0 } }
    outside_vpc_reason = "because"
  }

  expect_failures = [var.event_rules, var.streams, var.outside_vpc_reason]
}

run "wrong_triggers_2" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules        = { nightly = { schedule = "rate(1 day)", pattern = jsonencode({ source = ["aws.s3"] }) } }
    streams            = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", batch_window = 301 } }
    outside_vpc_reason = "Needs (so they say) the internet!"
  }

  expect_failures = [var.event_rules, var.streams, var.outside_vpc_reason]
}

run "wrong_triggers_3" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = { uploads = { pattern = jsonencode({ detail-type = ["Object Created"] }) } }
    streams     = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", filters = ["no JSON"] } }
  }

  expect_failures = [var.event_rules, var.streams]
}

run "wrong_triggers_4" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = { nightly = { schedule = "rate(1 days)" } }
    streams     = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "alias/phi" } }
  }

  expect_failures = [var.event_rules, var.streams]
}

run "wrong_triggers_5" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = { nightly = { schedule = "rate(1 day)", bus_name = "clinical-events" } }
    streams     = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", maximum_retries = -1 } }
  }

  expect_failures = [var.event_rules, var.streams]
}

run "wrong_triggers_6" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = { uploads = { pattern = jsonencode({ source = ["aws.s3"] }), bus_name = "arn:aws:events:us-east-1:123456789012:event-bus/clinical" } }
    streams     = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi" } }
  }

  expect_failures = [var.event_rules, var.streams]
}

run "wrong_triggers_7" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = { nightly = { schedule = "rate(1 day)", input = "no JSON" } }
    streams     = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", filters = [for number in range(6) : jsonencode({ eventName = ["INSERT", tostring(number)] })] } }
  }

  expect_failures = [var.event_rules, var.streams]
}

run "wrong_triggers_8" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules  = { nightly = { schedule = "rate(1 day)" } }
    dead_letters = { enabled = false }
    streams      = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi" } }
  }

  expect_failures = [var.event_rules, var.streams]
}

run "wrong_triggers_9" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = { nightly-but-with-a-name-that-is-far-too-long-for-eventbridge = { schedule = "rate(1 day)" } }
    streams     = { outbox = { stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/outbox/stream/2026", key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi", batch_size = 1.5 } }
  }

  expect_failures = [var.event_rules, var.streams]
}

run "wrong_triggers_10" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    event_rules = { nightly = {} }
  }

  expect_failures = [var.event_rules]
}
