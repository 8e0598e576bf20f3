# Rules of EventBridge that call the alias. Names and ARNs are derived, so that the queue's policy can name the rules.
locals {
  _event_rules = {
    for name, rule in var.event_rules : name => {
      name = "${local._function_name}-${name}"
      arn = join("", [
        "arn:${var.context.partition}:events:${var.context.region}:${var.context.account_id}:rule/",
        rule.bus_name == "default" ? "" : "${rule.bus_name}/",
        "${local._function_name}-${name}",
      ])
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.event_rules

  name                = local._event_rules[each.key].name
  description         = "Calls the function ${local._function_name}"
  event_bus_name      = each.value.bus_name
  event_pattern       = each.value.pattern
  schedule_expression = each.value.schedule
  tags                = var.context.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.event_rules

  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = each.value.bus_name
  target_id      = var.name
  arn            = aws_lambda_alias.live.arn
  input          = each.value.input

  # How long EventBridge tries to hand the event over (throttled, not allowed). What the function then fails to handle is
  # retried by Lambda, and goes to the same queue.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = one(aws_sqs_queue.dead_letters[*].arn)
  }

  depends_on = [aws_lambda_permission.events] # An event that comes before it would be refused, for a day.
}

resource "aws_lambda_permission" "events" {
  for_each = var.event_rules

  statement_id  = "event-rule-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "events.amazonaws.com"
  source_arn    = local._event_rules[each.key].arn
}
