# Rules that send what they match to queues. Names and ARNs are derived: the queues' policies name the rules before they exist.
locals {
  _queue_rules = {
    for name in keys(var.queues) : name => {
      name = "${local._bus_name}-${name}"
      arn  = "arn:${var.context.partition}:events:${var.context.region}:${var.context.account_id}:rule/${local._bus_name}/${local._bus_name}-${name}"
    }
  }
}

resource "aws_cloudwatch_event_rule" "queues" {
  for_each = var.queues

  name           = local._queue_rules[each.key].name
  description    = "Sends to the queue ${element(split(":", each.value.queue_arn), 5)}"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = each.value.pattern
  tags           = var.context.tags
}

resource "aws_cloudwatch_event_target" "queues" {
  for_each = var.queues

  rule           = aws_cloudwatch_event_rule.queues[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = each.key
  arn            = each.value.queue_arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}
