# modules/compliance_auditor and its page in the root. Plans only, no account.
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
  alert_topic_arn = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
  role_name       = "healthcare-compliance-auditor"
  service         = "healthcare-compliance-auditor"

  account_id = "123456789012"
  region     = "us-east-1"
  network = {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }
}

run "reads_configuration_and_alarms" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  assert {
    condition     = aws_iam_role_policy_attachment.read_only.role == "healthcare-compliance-auditor" && aws_iam_policy.read_only.name == "healthcare-compliance-auditor-read-only"
    error_message = "The policy is attached to the auditor's role."
  }
  assert {
    condition = alltrue([
      for action in jsondecode(aws_iam_policy.read_only.policy).Statement[0].Action : can(regex("^(apigateway:GET|[a-z0-9-]+:(Describe|Get|List|View|Generate|BatchGet)[A-Za-z]+)$", action))
    ])
    error_message = "Every action of the policy reads."
  }
  assert {
    condition = length(setintersection(jsondecode(aws_iam_policy.read_only.policy).Statement[0].Action, [
      "dynamodb:GetItem", "lambda:GetFunction", "logs:GetLogEvents", "s3:GetObject", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter",
    ])) == 0
    error_message = "No action reads what is kept in a resource."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["failures"].metric_name == "FAIL" && aws_cloudwatch_metric_alarm.this["failures"].threshold == 1 &&
      aws_cloudwatch_metric_alarm.this["failures"].comparison_operator == "GreaterThanOrEqualToThreshold" && aws_cloudwatch_metric_alarm.this["failures"].treat_missing_data == "ignore"
    )
    error_message = "One FAIL is enough, and it stands until a run without one."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["missed-run"].metric_name == "Run" && aws_cloudwatch_metric_alarm.this["missed-run"].treat_missing_data == "breaching" &&
      aws_cloudwatch_metric_alarm.this["missed-run"].evaluation_periods == 26 && aws_cloudwatch_metric_alarm.this["missed-run"].period == 3600
    )
    error_message = "26 hours without a run are one too many."
  }
  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.namespace == "Healthcare/Compliance" && alarm.dimensions == tomap({ service = "healthcare-compliance-auditor" }) && alarm.alarm_actions == toset([var.alert_topic_arn])
    ])
    error_message = "The alarms look at what the function counts, and are heard."
  }
}

run "another_interval" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  variables {
    missed_after_hours = 168
    metrics_namespace  = "Clinic/Compliance"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["missed-run"].evaluation_periods == 168 && aws_cloudwatch_metric_alarm.this["missed-run"].namespace == "Clinic/Compliance"
    error_message = "The interval and the namespace are those of the deployment."
  }
}

run "a_topic_that_is_none" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  variables {
    alert_topic_arn = "healthcare-alerts"
  }

  expect_failures = [var.alert_topic_arn]
}

run "longer_than_cloudwatch_looks_back" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  variables {
    missed_after_hours = 169
  }

  expect_failures = [var.missed_after_hours]
}

run "a_namespace_of_aws" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  variables {
    metrics_namespace = "AWS/Lambda"
  }

  expect_failures = [var.metrics_namespace]
}

run "a_roles_arn_for_its_name" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  variables {
    role_name = "arn:aws:iam::123456789012:role/auditor"
  }

  expect_failures = [var.role_name]
}

run "a_service_with_blanks" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  variables {
    service = "Compliance Auditor"
  }

  expect_failures = [var.service]
}

run "a_context_without_an_account" {
  command = plan

  module {
    source = "./modules/compliance_auditor"
  }

  variables {
    context = { account_id = "1234", region = "us-east-1", name_prefix = "healthcare" }
  }

  expect_failures = [var.context]
}

run "off_unless_asked_for" {
  command = plan

  assert {
    condition     = length(module.compliance_auditor_function) == 0 && length(module.evidence_bucket) == 0 && length(module.compliance_auditor) == 0 && output.evidence_bucket == null
    error_message = "Nothing of the auditor is there where it is off."
  }
}

run "on_with_its_defaults" {
  command = plan

  variables {
    compliance_auditor = { package = { s3 = { bucket = "releases", key = "compliance_auditor.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
  }

  assert {
    condition     = output.evidence_bucket == "healthcare-evidence-123456789012" && local._evidence_arn == module.evidence_bucket[0].arn
    error_message = "The permission names the bucket that there is."
  }
  assert {
    condition     = length(local._interface_endpoints) == 0
    error_message = "Outside the VPC, it needs no endpoint."
  }
  assert {
    condition = toset([for name, alarm in output.alarm_names : name if startswith(name, "compliance-auditor-")]) == toset([
      "compliance-auditor-dead-letters", "compliance-auditor-duration", "compliance-auditor-errors",
      "compliance-auditor-failures", "compliance-auditor-missed-run", "compliance-auditor-throttles",
    ])
    error_message = "Its alarms are known to the dashboard."
  }
  assert {
    condition     = keys(output.functions) == ["compliance_auditor"] && output.functions["compliance_auditor"].security_group_id == null
    error_message = "It is a function like the others, without a network."
  }
}

run "reports_that_may_go_too_soon" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    compliance_auditor = { object_lock = { retention_days = 365 } }
  }

  expect_failures = [var.compliance_auditor]
}

run "a_zone_for_a_region" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    compliance_auditor = { regions = ["us-east-1a"] }
  }

  expect_failures = [var.compliance_auditor]
}
