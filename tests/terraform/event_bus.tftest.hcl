# modules/event_bus: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context         = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  name            = "clinical-events"
  kms_key_arn     = "arn:aws:kms:us-east-1:123456789012:key/phi"
  alert_topic_arn = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
}

run "encrypted_and_for_this_account" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  assert {
    condition     = aws_cloudwatch_event_bus.this.name == "healthcare-clinical-events" && output.arn == "arn:aws:events:us-east-1:123456789012:event-bus/healthcare-clinical-events"
    error_message = "The bus is named <prefix>-<name>, and its ARN is known at plan."
  }

  assert {
    condition     = aws_cloudwatch_event_bus_policy.this.event_bus_name == "healthcare-clinical-events"
    error_message = "The policy is that of this bus, and not of the account's default bus."
  }

  assert {
    condition     = aws_cloudwatch_event_bus.this.kms_key_identifier == var.kms_key_arn && aws_sqs_queue.dead_letters.kms_master_key_id == var.kms_key_arn
    error_message = "Events and dead letters are encrypted with the given key."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_bus_policy.this.policy).Statement == [
      {
        Sid       = "DenyOtherAccounts"
        Effect    = "Deny"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = "arn:aws:events:us-east-1:123456789012:event-bus/healthcare-clinical-events"
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = "123456789012" }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
    ]
    error_message = "Other accounts are refused, and nobody is granted anything."
  }
}

run "keeps_what_it_could_not_encrypt" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  assert {
    condition     = length(aws_cloudwatch_event_bus.this.dead_letter_config) == 1 && aws_sqs_queue.dead_letters.name == "healthcare-clinical-events-dead-letters" && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600 && aws_sqs_queue.dead_letters.kms_data_key_reuse_period_seconds == 300 && output.dead_letter_arn == "arn:aws:sqs:us-east-1:123456789012:healthcare-clinical-events-dead-letters"
    error_message = "There is a dead-letter queue, which keeps events for 14 days."
  }

  assert {
    condition = jsondecode(aws_sqs_queue.dead_letters.policy).Statement == [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:us-east-1:123456789012:healthcare-clinical-events-dead-letters"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "EventBus"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:us-east-1:123456789012:healthcare-clinical-events-dead-letters"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:events:us-east-1:123456789012:event-bus/healthcare-clinical-events" } }
      },
    ]
    error_message = "The dead letters are for this bus alone, and TLS alone."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters.dimensions == tomap({ QueueName = "healthcare-clinical-events-dead-letters" }) && aws_cloudwatch_metric_alarm.dead_letters.namespace == "AWS/SQS" && aws_cloudwatch_metric_alarm.dead_letters.metric_name == "ApproximateNumberOfMessagesVisible" && aws_cloudwatch_metric_alarm.dead_letters.threshold == 1 && aws_cloudwatch_metric_alarm.dead_letters.comparison_operator == "GreaterThanOrEqualToThreshold" && aws_cloudwatch_metric_alarm.dead_letters.statistic == "Maximum" && aws_cloudwatch_metric_alarm.dead_letters.period == 300 && aws_cloudwatch_metric_alarm.dead_letters.evaluation_periods == 1 && aws_cloudwatch_metric_alarm.dead_letters.treat_missing_data == "notBreaching" && contains(aws_cloudwatch_metric_alarm.dead_letters.ok_actions, var.alert_topic_arn) && contains(aws_cloudwatch_metric_alarm.dead_letters.alarm_actions, var.alert_topic_arn) && aws_cloudwatch_metric_alarm.dead_letters.actions_enabled && output.alarm_names == { dead_letters = "healthcare-clinical-events-dead-letters" }
    error_message = "The first dead letter rings."
  }
}

run "publishers_by_name" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    publisher_role_arns = { hl7-ingest = "arn:aws:iam::123456789012:role/healthcare-hl7-ingest", fhir-ingest = "arn:aws:iam::123456789012:role/healthcare-fhir-ingest" }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_bus_policy.this.policy).Statement == [
      {
        Sid       = "DenyOtherAccounts"
        Effect    = "Deny"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = "arn:aws:events:us-east-1:123456789012:event-bus/healthcare-clinical-events"
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = "123456789012" }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
      {
        Sid       = "DenyOtherPublishers"
        Effect    = "Deny"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = "arn:aws:events:us-east-1:123456789012:event-bus/healthcare-clinical-events"
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/healthcare-fhir-ingest", "arn:aws:iam::123456789012:role/healthcare-hl7-ingest"] } }
      },
    ]
    error_message = "Who is not named can not put, and other accounts are refused as ever."
  }
}

run "refuses_a_topic_without_an_arn" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    alert_topic_arn = "alerts"
    context         = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    kms_key_arn     = "alias/phi"
  }

  expect_failures = [var.alert_topic_arn, var.context, var.kms_key_arn]
}

run "refuses_a_name_with_capitals_and_a_wildcard" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    name                = "ClinicalEvents"
    publisher_role_arns = { everybody = "arn:aws:iam::123456789012:role/*" }
  }

  expect_failures = [var.name, var.publisher_role_arns]
}

run "refuses_a_zone_as_region" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
  }

  expect_failures = [var.context]
}

run "refuses_an_unknown_partition" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1", partition = "gcp", name_prefix = "healthcare" }
  }

  expect_failures = [var.context]
}

run "refuses_a_prefix_with_capitals" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1", name_prefix = "Healthcare" }
  }

  expect_failures = [var.context]
}

run "refuses_a_long_name_and_a_role_of_another_account" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    name                = "clinical-events-of-the-department-of-internal-medicine-in-house-2"
    publisher_role_arns = { engine = "arn:aws:iam::999999999999:role/engine" }
  }

  expect_failures = [var.name, var.publisher_role_arns]
}

run "sends_to_queues_by_rules" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    queues = { rag-ingest = { pattern = "{\"source\":[\"healthcare.documents\"]}", queue_arn = "arn:aws:sqs:us-east-1:123456789012:healthcare-rag-ingest" } }
  }

  assert {
    condition     = output.queue_rule_arns == { rag-ingest = "arn:aws:events:us-east-1:123456789012:rule/healthcare-clinical-events/healthcare-clinical-events-rag-ingest" } && aws_cloudwatch_event_rule.queues["rag-ingest"].name == "healthcare-clinical-events-rag-ingest"
    error_message = "The rule's ARN is known at plan, for the queue's policy."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.queues["rag-ingest"].event_bus_name == "healthcare-clinical-events" && aws_cloudwatch_event_target.queues["rag-ingest"].event_bus_name == "healthcare-clinical-events" && aws_cloudwatch_event_target.queues["rag-ingest"].arn == "arn:aws:sqs:us-east-1:123456789012:healthcare-rag-ingest"
    error_message = "The rule is one of this bus, and its target is the queue."
  }

  assert {
    condition     = aws_cloudwatch_event_target.queues["rag-ingest"].retry_policy[0].maximum_event_age_in_seconds == 86400 && length(aws_cloudwatch_event_target.queues["rag-ingest"].dead_letter_config) == 1
    error_message = "What can't be delivered within a day is kept."
  }

  assert {
    condition = [for statement in jsondecode(aws_sqs_queue.dead_letters.policy).Statement : try(statement.Condition.ArnEquals["aws:SourceArn"], null)] == [
      null, "arn:aws:events:us-east-1:123456789012:event-bus/healthcare-clinical-events", "arn:aws:events:us-east-1:123456789012:rule/healthcare-clinical-events/healthcare-clinical-events-rag-ingest",
    ]
    error_message = "The dead letters take from the bus and from this rule, and from no other."
  }
}

run "refuses_a_pattern_without_source" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    queues = { rag = { pattern = "{\"detail-type\":[\"Document stored\"]}", queue_arn = "arn:aws:sqs:us-east-1:123456789012:healthcare-rag" } }
  }

  expect_failures = [var.queues]
}

run "refuses_a_queue_of_another_account" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    queues = { rag = { pattern = "{\"source\":[\"healthcare.documents\"]}", queue_arn = "arn:aws:sqs:us-east-1:999999999999:healthcare-rag" } }
  }

  expect_failures = [var.queues]
}

run "refuses_a_queue_with_order" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    queues = { rag = { pattern = "{\"source\":[\"healthcare.documents\"]}", queue_arn = "arn:aws:sqs:us-east-1:123456789012:healthcare-rag.fifo" } }
  }

  expect_failures = [var.queues]
}

run "refuses_a_rule_with_capitals" {
  command = plan

  module {
    source = "./modules/event_bus"
  }

  variables {
    queues = { Rag = { pattern = "{\"source\":[\"healthcare.documents\"]}", queue_arn = "arn:aws:sqs:us-east-1:123456789012:healthcare-rag" } }
  }

  expect_failures = [var.queues]
}
