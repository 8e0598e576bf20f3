# modules/observability: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context               = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  kms_key_arn           = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  trail_log_group       = { name = "/aws/cloudtrail/healthcare-audit" }
  dashboard_alarm_names = { api-server-errors = "healthcare-api-server-errors" }
  alarms = {
    unauthorized-attempts = {
      description    = "Someone without the right asked for a patient."
      namespace      = "Healthcare/Security"
      metric_name    = "UnauthorizedAccessAttempt"
      dimensions     = { service = "patient_api" }
      threshold      = 5
      period_seconds = 60
    }
    slow = {
      description        = "Answers are slow."
      namespace          = "AWS/Lambda"
      metric_name        = "Duration"
      statistic          = "p99.9"
      threshold          = 5000
      evaluation_periods = 2
    }
  }
}

run "alarms_can_go_off_and_be_heard" {
  command = plan

  module {
    source = "./modules/observability"
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.actions_enabled && alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:healthcare-alerts"])])
    error_message = "Every alarm must have live actions."
  }

  assert {
    condition     = alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching" && alarm.datapoints_to_alarm <= alarm.evaluation_periods && alarm.alarm_name == "healthcare-${name}"])
    error_message = "Every alarm must be able to go off."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["unauthorized-attempts"].statistic == "Sum" && aws_cloudwatch_metric_alarm.this["unauthorized-attempts"].threshold == 5 && aws_cloudwatch_metric_alarm.this["unauthorized-attempts"].period == 60 && aws_cloudwatch_metric_alarm.this["unauthorized-attempts"].comparison_operator == "GreaterThanThreshold" && aws_cloudwatch_metric_alarm.this["unauthorized-attempts"].dimensions == tomap({ service = "patient_api" })
    error_message = "The workload's alarm must be as given."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["slow"].extended_statistic == "p99.9" && aws_cloudwatch_metric_alarm.this["slow"].statistic == null && aws_cloudwatch_metric_alarm.this["slow"].evaluation_periods == 2 && aws_cloudwatch_metric_alarm.this["slow"].datapoints_to_alarm == 2
    error_message = "A percentile must be an extended statistic."
  }

  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == var.kms_key_arn && aws_sns_topic.alerts.signature_version == 2
    error_message = "The topic must be encrypted with the given key."
  }

  assert {
    condition     = toset([for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : "${statement.Principal.Service} ${statement.Action} ${statement.Condition.StringEquals["aws:SourceAccount"]}" if statement.Effect == "Allow" && try(statement.Principal.Service, "") != "events.amazonaws.com"]) == toset(["budgets.amazonaws.com sns:Publish 123456789012", "cloudwatch.amazonaws.com sns:Publish 123456789012"])
    error_message = "Alarms and budgets of this account, and nobody else, may publish."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : statement if statement.Effect == "Deny" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false"]) == 1
    error_message = "The topic must refuse plain text."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.alerts) == 0
    error_message = "Nobody hears unless asked for."
  }

  assert {
    condition     = length([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget if widget.type == "metric"]) == length(aws_cloudwatch_metric_alarm.this) + 1 && one([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : toset(widget.properties.alarms) if widget.type == "alarm"]) == toset([for name in concat([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name], ["healthcare-api-server-errors"]) : "arn:aws:cloudwatch:us-east-1:123456789012:alarm:${name}"])
    error_message = "The dashboard must show every alarm."
  }

  assert {
    condition     = aws_budgets_budget.monthly[0].limit_amount == "500" && aws_budgets_budget.monthly[0].time_unit == "MONTHLY" && toset([for notification in aws_budgets_budget.monthly[0].notification : "${notification.notification_type} ${notification.threshold} ${one(notification.subscriber_sns_topic_arns)}"]) == toset([for kind in ["ACTUAL 100", "ACTUAL 80", "FORECASTED 100"] : "${kind} arn:aws:sns:us-east-1:123456789012:healthcare-alerts"])
    error_message = "A monthly budget must be there, with three notifications."
  }
}

run "tells_of_findings_and_of_those_that_were_lost" {
  command = plan

  module {
    source = "./modules/observability"
  }

  assert {
    condition     = { for name, rule in aws_cloudwatch_event_rule.findings : name => jsondecode(rule.event_pattern).source } == { analyzer = ["aws.access-analyzer"], guardduty = ["aws.guardduty"], inspector = ["aws.inspector2"] }
    error_message = "Each watcher must have its rule."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.findings["guardduty"].event_pattern).detail == { severity = [{ numeric = [">=", 7] }] } && jsondecode(aws_cloudwatch_event_rule.findings["inspector"].event_pattern).detail.severity == ["CRITICAL", "HIGH"]
    error_message = "High severity must be heard of, and no less."
  }

  assert {
    condition     = [for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : statement if try(statement.Principal.Service, "") == "events.amazonaws.com"] == [{ Action = "sns:Publish", Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Resource = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts", Sid = "PublishFindings" }]
    error_message = "The topic must admit EventBridge, without a condition: its events would be refused with one (docs/CURSED_KNOWLEDGE.md)."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.findings : length(setsubtract(values(target.input_transformer[0].input_paths), ["$.account", "$.region", "$.detail.id", "$.detail.findingArn", "$.detail.type", "$.detail.resourceType", "$.detail.severity"])) == 0])
    error_message = "A message may say what kind of finding it is, and not what was found."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.findings : alltrue([for name in keys(target.input_transformer[0].input_paths) : strcontains(target.input_transformer[0].input_template, "<${name}>")]) && can(jsondecode(target.input_transformer[0].input_template))])
    error_message = "A message must say all that it was given, in one JSON text."
  }

  assert {
    condition     = toset([for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.dimensions["RuleName"] if startswith(name, "findings-lost-")]) == toset([for rule in aws_cloudwatch_event_rule.findings : rule.name])
    error_message = "A finding that was lost must be alarmed."
  }
}

run "tells_of_no_findings_where_that_is_said" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alert_on_findings = false
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.findings) + length(aws_cloudwatch_event_target.findings) + length([for name in keys(aws_cloudwatch_metric_alarm.this) : name if startswith(name, "findings-")]) == 0
    error_message = "There must be no rule, and no alarm on one."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : statement if try(statement.Principal.Service, "") == "events.amazonaws.com"]) == 0
    error_message = "The topic must not admit EventBridge."
  }
}

run "counts_what_intruders_do_first" {
  command = plan

  module {
    source = "./modules/observability"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_log_metric_filter.trail)) == toset(["bucket-policy-changes", "cloudtrail-changes", "configuration-recorder-changes", "console-sign-in-failures", "console-sign-in-without-mfa", "gateway-changes", "iam-policy-changes", "kms-key-removal", "log-removal", "network-acl-changes", "organization-changes", "root-use", "route-table-changes", "security-group-changes", "unauthorized-calls", "vpc-changes"])
    error_message = "Each of the signals must have its filter."
  }

  assert {
    condition     = toset([for name in keys(aws_cloudwatch_metric_alarm.this) : name if startswith(name, "trail-")]) == toset([for name in keys(aws_cloudwatch_log_metric_filter.trail) : "trail-${name}"])
    error_message = "Each filter must have its alarm."
  }

  assert {
    condition     = alltrue([for name, filter in aws_cloudwatch_log_metric_filter.trail : filter.metric_transformation[0].name == aws_cloudwatch_metric_alarm.this["trail-${name}"].metric_name && filter.metric_transformation[0].namespace == aws_cloudwatch_metric_alarm.this["trail-${name}"].namespace])
    error_message = "Each alarm must look at the metric that its filter makes."
  }

  assert {
    condition     = alltrue([for name, filter in aws_cloudwatch_log_metric_filter.trail : filter.metric_transformation[0].name == "healthcare-trail-${name}"])
    error_message = "Two deployments in one account must not count into one metric: five would be three."
  }

  assert {
    condition     = length(distinct([for filter in aws_cloudwatch_log_metric_filter.trail : filter.metric_transformation[0].name])) == length(aws_cloudwatch_log_metric_filter.trail)
    error_message = "No two filters may share a metric."
  }

  assert {
    condition     = alltrue([for filter in aws_cloudwatch_log_metric_filter.trail : length(filter.pattern) <= 1024 && filter.log_group_name == "/aws/cloudtrail/healthcare-audit" && filter.metric_transformation[0].value == "1"])
    error_message = "CloudWatch takes patterns of up to 1024 characters."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.trail["root-use"].pattern == "{ ($.userIdentity.type = \"Root\") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != \"AwsServiceEvent\") }"
    error_message = "Root use must be recognised."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.trail["kms-key-removal"].pattern == "{ ($.eventSource = \"kms.amazonaws.com\") && (($.eventName = DisableKey) || ($.eventName = DisableKeyRotation) || ($.eventName = PutKeyPolicy) || ($.eventName = ScheduleKeyDeletion)) }"
    error_message = "Key removal must be recognised."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["trail-root-use"].threshold == 0 && aws_cloudwatch_metric_alarm.this["trail-root-use"].statistic == "Sum" && aws_cloudwatch_metric_alarm.this["trail-root-use"].comparison_operator == "GreaterThanThreshold"
    error_message = "One use of root is enough."
  }
}

run "has_subscribers_and_no_budget_where_that_is_said" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    trail_log_group = null
    monthly_budget  = null
    alarms = {
      queue-stalled = { description = "Nothing moves.", namespace = "AWS/SQS", metric_name = "NumberOfMessagesReceived", comparison = "LessThanThreshold", threshold = 1, treat_missing_data = "breaching" }
    }
    subscribers = {
      pager    = { protocol = "https", endpoint = "https://pager.example.org/hook" }
      security = { protocol = "email", endpoint = "security@example.org" }
    }
  }

  assert {
    condition     = aws_sns_topic_subscription.alerts["security"].protocol == "email" && aws_sns_topic_subscription.alerts["pager"].endpoint == "https://pager.example.org/hook"
    error_message = "Subscribers must be as given."
  }

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0 && output.budget_name == null
    error_message = "A null budget is none."
  }

  assert {
    condition     = length(aws_cloudwatch_log_metric_filter.trail) == 0 && toset([for name in keys(aws_cloudwatch_metric_alarm.this) : name if !startswith(name, "findings-")]) == toset(["queue-stalled"])
    error_message = "Without a trail there are no alarms on it."
  }
}

# Each validation has a run in which it alone refuses its variable. Runs carry several wrong variables, because each
# run starts the provider anew (1 s).

run "refuses_an_account_of_9_digits_a_key_alias_an_arn_for_a_name_and_a_text_message" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    context               = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    dashboard_alarm_names = { api = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:healthcare-api-server-errors" }
    kms_key_arn           = "alias/healthcare-logs"
    metric_namespace      = "AWS/Lambda"
    monthly_budget        = { limit_usd = 0 }
    subscribers           = { phone = { protocol = "sms", endpoint = "arn:aws:sns:us-east-1:123456789012:x" } }
    trail_log_group       = { name = "arn:aws:logs:us-east-1:123456789012:log-group:trail" }
    alarms                = { Slow = { description = "d", namespace = "n", metric_name = "m", threshold = 1 } }
  }

  expect_failures = [var.context, var.dashboard_alarm_names, var.kms_key_arn, var.metric_namespace, var.monthly_budget, var.subscribers, var.trail_log_group, var.alarms]
}

run "refuses_a_zone_as_region_a_url_for_an_address_and_six_notifications" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    context        = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    subscribers    = { security = { protocol = "email", endpoint = "https://example.org" } }
    monthly_budget = { actual_percent = [10, 20, 30, 40, 50], forecast_percent = [100] }
    alarms         = { trail-mine = { description = "d", namespace = "n", metric_name = "m", threshold = 1 } }
  }

  expect_failures = [var.context, var.subscribers, var.monthly_budget, var.alarms]
}

run "refuses_an_unknown_partition_a_budget_that_tells_nobody_and_a_median" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    context        = { account_id = "123456789012", region = "us-east-1", partition = "amazon", name_prefix = "healthcare" }
    monthly_budget = { actual_percent = [], forecast_percent = [] }
    alarms         = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 1, statistic = "Median" } }
  }

  expect_failures = [var.context, var.monthly_budget, var.alarms]
}

run "refuses_a_name_with_capitals_and_an_unknown_comparison" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1", name_prefix = "Healthcare-" }
    alarms  = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 1, comparison = "Above" } }
  }

  expect_failures = [var.context, var.alarms]
}

run "refuses_an_alarm_named_like_those_on_findings" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { findings-mine = { description = "d", namespace = "n", metric_name = "m", threshold = 1 } }
  }

  expect_failures = [var.alarms]
}

run "refuses_a_period_between_minutes" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 1, period_seconds = 90 } }
  }

  expect_failures = [var.alarms]
}

run "refuses_an_evaluation_longer_than_a_day" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 1, evaluation_periods = 1440 } }
  }

  expect_failures = [var.alarms]
}

run "refuses_more_datapoints_than_periods" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 1, datapoints_to_alarm = 2 } }
  }

  expect_failures = [var.alarms]
}

run "refuses_an_unknown_treatment_of_missing_data" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 1, treat_missing_data = "good" } }
  }

  expect_failures = [var.alarms]
}

run "refuses_an_alarm_on_silence_that_takes_silence_for_good" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 1, comparison = "LessThanThreshold" } }
  }

  expect_failures = [var.alarms]
}

run "refuses_an_alarm_on_a_count_below_zero" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { a1 = { description = "d", namespace = "n", metric_name = "m", threshold = 0, comparison = "LessThanThreshold", treat_missing_data = "breaching" } }
  }

  expect_failures = [var.alarms]
}
