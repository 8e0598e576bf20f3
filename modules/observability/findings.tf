# What AWS's own watchers find, to the alert topic. The message says what kind of finding it is and where to read it, not
# what was found: that may quote the name of an object or a file. Each rule is the same wherever the finding came from.
locals {
  # https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html (7 and above is high)
  # https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-eventbridge.html
  _findings = {
    analyzer = {
      description = "A policy lets someone in from outside the account."
      pattern     = { source = ["aws.access-analyzer"], "detail-type" = ["Access Analyzer Finding"], detail = { status = ["ACTIVE"] } }
      paths       = { id = "$.detail.id", kind = "$.detail.resourceType" }
      text        = "An access analyzer: a policy of a resource of the kind <kind> lets someone in from outside"
    }
    guardduty = {
      description = "GuardDuty saw what an intruder does (high severity)."
      pattern     = { source = ["aws.guardduty"], "detail-type" = ["GuardDuty Finding"], detail = { severity = [{ numeric = [">=", 7] }] } }
      paths       = { id = "$.detail.id", kind = "$.detail.type", severity = "$.detail.severity" }
      text        = "GuardDuty: <kind>, severity <severity>"
    }
    inspector = {
      description = "Inspector knows a weakness of what runs here (high severity)."
      pattern     = { source = ["aws.inspector2"], "detail-type" = ["Inspector2 Finding"], detail = { severity = ["CRITICAL", "HIGH"], status = ["ACTIVE"] } }
      paths       = { id = "$.detail.findingArn", kind = "$.detail.type", severity = "$.detail.severity" }
      text        = "Inspector: <kind>, severity <severity>"
    }
  }

  _finding_rules = {
    for name, finding in local._findings : name => merge(finding, {
      arn  = "arn:${var.context.partition}:events:${var.context.region}:${var.context.account_id}:rule/${local._name}-findings-${name}"
      name = "${local._name}-findings-${name}"
    }) if var.alert_on_findings
  }

  # An alert that does not arrive says nothing: the target's failures are alarmed, by CloudWatch's way to the topic.
  _finding_alarms = {
    for name, rule in local._finding_rules : "findings-lost-${name}" => {
      description         = "EventBridge could not tell the alert topic of a finding: look at the topic's policy, and at its key's."
      namespace           = "AWS/Events"
      metric_name         = "FailedInvocations"
      dimensions          = { RuleName = rule.name }
      statistic           = "Sum"
      comparison          = "GreaterThanThreshold"
      threshold           = 0
      period_seconds      = 300
      evaluation_periods  = 1
      datapoints_to_alarm = 1
      treat_missing_data  = "notBreaching" # The metric exists only where a delivery failed.
    }
  }
}

resource "aws_cloudwatch_event_rule" "findings" {
  for_each = local._finding_rules

  name          = each.value.name
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)
  tags          = var.context.tags
}

resource "aws_cloudwatch_event_target" "findings" {
  for_each = local._finding_rules

  rule      = aws_cloudwatch_event_rule.findings[each.key].name
  target_id = "alerts"
  arn       = aws_sns_topic.alerts.arn

  input_transformer {
    input_paths    = merge(each.value.paths, { account = "$.account", region = "$.region" })
    input_template = "\"${each.value.text}. Account <account>, region <region>, finding <id>\""
  }

  depends_on = [aws_sns_topic_policy.alerts] # A finding that comes before it would be refused.
}
