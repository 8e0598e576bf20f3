# modules/queue: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
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
  name            = "hl7"
  kms_key_arn     = "arn:aws:kms:us-east-1:123456789012:key/phi"
  alert_topic_arn = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
}

run "standard_by_default" {
  command = plan

  module {
    source = "./modules/queue"
  }

  assert {
    condition     = aws_sqs_queue.this.name == "healthcare-hl7" && aws_sqs_queue.dead_letters.name == "healthcare-hl7-dead-letters" && output.arn == "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7" && output.dead_letter_arn == "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7-dead-letters"
    error_message = "The queues are named <prefix>-<name>, and their ARNs are known at plan."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.this, aws_sqs_queue.dead_letters] : queue.kms_master_key_id == var.kms_key_arn && queue.kms_data_key_reuse_period_seconds == 300])
    error_message = "Both queues are encrypted with the given key (SSE-SQS is not one)."
  }

  assert {
    condition     = !aws_sqs_queue.this.fifo_queue && !aws_sqs_queue.dead_letters.fifo_queue
    error_message = "A queue is standard unless it is asked to be FIFO."
  }

  assert {
    condition     = aws_sqs_queue.this.message_retention_seconds == 604800 && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600 && aws_sqs_queue.this.visibility_timeout_seconds == 180 && aws_sqs_queue.this.receive_wait_time_seconds == 20 && aws_sqs_queue.dead_letters.receive_wait_time_seconds == 20
    error_message = "Messages wait for 7 days, dead letters for 14; a message is hidden for six times the default timeout of a function."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7-dead-letters", maxReceiveCount = 5 }
    error_message = "After 5 receipts a message goes to the dead letters."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.dead_letters.redrive_allow_policy) == { redrivePermission = "byQueue", sourceQueueArns = ["arn:aws:sqs:us-east-1:123456789012:healthcare-hl7"] }
    error_message = "The dead letters are those of this queue alone."
  }

  assert {
    condition     = alltrue([for name, queue in { "healthcare-hl7" = aws_sqs_queue.this, "healthcare-hl7-dead-letters" = aws_sqs_queue.dead_letters } : jsondecode(queue.policy).Statement == [{ Sid = "TlsOnly", Effect = "Deny", Principal = "*", Action = "sqs:*", Resource = "arn:aws:sqs:us-east-1:123456789012:${name}", Condition = { Bool = { "aws:SecureTransport" = "false" } } }]])
    error_message = "Nobody is let in by name, and nobody without TLS."
  }
}

run "alarms_that_can_fire" {
  command = plan

  module {
    source = "./modules/queue"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["dead_letters"].metric_name == "ApproximateNumberOfMessagesVisible" && aws_cloudwatch_metric_alarm.this["dead_letters"].dimensions == tomap({ QueueName = "healthcare-hl7-dead-letters" }) && aws_cloudwatch_metric_alarm.this["dead_letters"].threshold == 1
    error_message = "The first dead letter rings."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["oldest_message"].metric_name == "ApproximateAgeOfOldestMessage" && aws_cloudwatch_metric_alarm.this["oldest_message"].dimensions == tomap({ QueueName = "healthcare-hl7" }) && aws_cloudwatch_metric_alarm.this["oldest_message"].threshold == 900
    error_message = "A message that waits for a quarter of an hour rings."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.namespace == "AWS/SQS" && alarm.statistic == "Maximum" && alarm.comparison_operator == "GreaterThanOrEqualToThreshold" && alarm.period == 300 && alarm.evaluation_periods == 1 && alarm.treat_missing_data == "notBreaching" && alarm.actions_enabled && contains(alarm.alarm_actions, var.alert_topic_arn) && contains(alarm.ok_actions, var.alert_topic_arn)])
    error_message = "Every alarm goes to the alert topic, at the first period."
  }

  assert {
    condition     = output.alarm_names == { dead_letters = "healthcare-hl7-dead-letters", oldest_message = "healthcare-hl7-oldest-message" }
    error_message = "The alarms are told by what they watch."
  }
}

run "fifo_with_high_throughput" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    fifo                        = true
    content_based_deduplication = true
    maximum_receives            = 3
    message_retention_days      = 1
    visibility_timeout_seconds  = 60
    alarms                      = { dead_letters = { threshold = 5 }, oldest_message = { threshold_seconds = 60 } }
  }

  assert {
    condition     = aws_sqs_queue.this.name == "healthcare-hl7.fifo" && aws_sqs_queue.dead_letters.name == "healthcare-hl7-dead-letters.fifo" && output.arn == "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7.fifo"
    error_message = "FIFO queues are named so."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.this, aws_sqs_queue.dead_letters] : queue.fifo_queue && queue.deduplication_scope == "messageGroup" && queue.fifo_throughput_limit == "perMessageGroupId"]) && aws_sqs_queue.this.content_based_deduplication
    error_message = "Both queues are FIFO, with limits for each message group."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7-dead-letters.fifo", maxReceiveCount = 3 } && jsondecode(aws_sqs_queue.dead_letters.redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:us-east-1:123456789012:healthcare-hl7.fifo"]
    error_message = "The queues name each other, FIFO or not."
  }

  assert {
    condition     = aws_sqs_queue.this.message_retention_seconds == 86400 && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600 && aws_sqs_queue.this.visibility_timeout_seconds == 60
    error_message = "Times are as given, and dead letters keep theirs."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["dead_letters"].threshold == 5 && aws_cloudwatch_metric_alarm.this["oldest_message"].threshold == 60 && aws_cloudwatch_metric_alarm.this["oldest_message"].dimensions == tomap({ QueueName = "healthcare-hl7.fifo" })
    error_message = "Alarms are as given."
  }
}

run "senders_by_name" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    senders = {
      uploads    = { service = "s3.amazonaws.com", source_arn = "arn:aws:s3:::healthcare-documents-123456789012" }
      alerts     = { service = "sns.amazonaws.com", source_arn = "arn:aws:sns:us-east-1:123456789012:admissions" }
      ehr-engine = { role_arn = "arn:aws:iam::123456789012:role/integration-engine" }
    }
  }

  assert {
    condition = { for statement in jsondecode(aws_sqs_queue.this.policy).Statement : statement.Sid => statement if statement.Effect == "Allow" } == {
      SendUploads = {
        Sid       = "SendUploads"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::healthcare-documents-123456789012" }, StringEquals = { "aws:SourceAccount" = "123456789012" } }
      }
      SendAlerts = {
        Sid       = "SendAlerts"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:us-east-1:123456789012:admissions" } }
      }
      SendEhrEngine = {
        Sid       = "SendEhrEngine"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:role/integration-engine" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7"
      }
    }
    error_message = "Who is named may send, and do nothing else; a bucket is pinned to its account, too."
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.this, aws_sqs_queue.dead_letters] : jsondecode(queue.policy).Statement[0].Effect == "Deny"]) && length(jsondecode(aws_sqs_queue.dead_letters.policy).Statement) == 1
    error_message = "Senders send by TLS, and nobody to the dead letters."
  }
}

run "refuses_alarms_at_nothing" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    alarms                      = { dead_letters = { threshold = 0 } }
    alert_topic_arn             = "alerts"
    content_based_deduplication = true
    context                     = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    kms_key_arn                 = "alias/phi"
    maximum_receives            = 0
    visibility_timeout_seconds  = 0
  }

  expect_failures = [var.alarms, var.alert_topic_arn, var.content_based_deduplication, var.context, var.kms_key_arn, var.maximum_receives, var.visibility_timeout_seconds]
}

run "refuses_an_alarm_after_a_day_of_waiting_for_a_day" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    alarms                     = { oldest_message = { threshold_seconds = 86400 } }
    message_retention_days     = 1
    name                       = "hl7.fifo"
    senders                    = { Uploads = { role_arn = "arn:aws:iam::123456789012:role/engine" } }
    visibility_timeout_seconds = 43201
  }

  expect_failures = [var.alarms, var.name, var.senders, var.visibility_timeout_seconds]
}

run "refuses_an_alarm_within_a_minute" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    alarms           = { oldest_message = { threshold_seconds = 59 } }
    context          = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    maximum_receives = 1001
  }

  expect_failures = [var.alarms, var.context, var.maximum_receives]
}

run "refuses_no_retention" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    message_retention_days = 0
    context                = { account_id = "123456789012", region = "us-east-1", partition = "gcp", name_prefix = "healthcare" }
    maximum_receives       = 2.5
  }

  expect_failures = [var.context, var.maximum_receives, var.message_retention_days]
}

run "refuses_a_retention_that_leaves_no_time_for_dead_letters" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    message_retention_days     = 14
    senders                    = { anyone = { service = "*", source_arn = "arn:aws:s3:::healthcare-uploads" } }
    visibility_timeout_seconds = 1.5
  }

  expect_failures = [var.message_retention_days, var.senders, var.visibility_timeout_seconds]
}

run "refuses_half_a_day_and_every_bucket" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    message_retention_days = 1.5
    senders                = { uploads = { service = "s3.amazonaws.com", source_arn = "arn:aws:s3:::*" } }
  }

  expect_failures = [var.message_retention_days, var.senders]
}

run "refuses_a_role_of_another_account" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    name    = "messages-of-the-department-of-internal-medicine-in-house-2"
    senders = { engine = { role_arn = "arn:aws:iam::999999999999:role/engine" } }
  }

  expect_failures = [var.name, var.senders]
}

run "refuses_a_prefix_with_capitals" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1", name_prefix = "Healthcare" }
  }

  expect_failures = [var.context]
}

run "refuses_a_service_without_its_arn" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    senders = { uploads = { service = "s3.amazonaws.com" } }
  }

  expect_failures = [var.senders]
}

run "refuses_a_sender_that_is_nobody" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    senders = { uploads = {} }
  }

  expect_failures = [var.senders]
}

run "refuses_a_role_and_a_service" {
  command = plan

  module {
    source = "./modules/queue"
  }

  variables {
    senders = { engine = { role_arn = "arn:aws:iam::123456789012:role/engine", service = "s3.amazonaws.com", source_arn = "arn:aws:s3:::healthcare-uploads" } }
  }

  expect_failures = [var.senders]
}
