locals {
  _bus_name = "${var.context.name_prefix}-${var.name}"
  _bus_arn  = "arn:${var.context.partition}:events:${var.context.region}:${var.context.account_id}:event-bus/${local._bus_name}"
}

# Without an archive: provider 5.100 can't give it a key of one's own. What must not be lost stands in the publishers' stores.
resource "aws_cloudwatch_event_bus" "this" {
  name               = local._bus_name
  kms_key_identifier = var.kms_key_arn
  tags               = var.context.tags

  # Events that can't be encrypted or decrypted, because somebody closed the key.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-dlq.html
  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

# It refuses, and grants nobody anything: of this account, who may put is for the roles' own policies to say. Putting is the one
# action that AWS documents for another account on a bus (those on rules name a rule), and what nobody is granted needs no denial.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
resource "aws_cloudwatch_event_bus_policy" "this" {
  event_bus_name = aws_cloudwatch_event_bus.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "DenyOtherAccounts"
        Effect    = "Deny"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = local._bus_arn
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = var.context.account_id }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
        }
      }],
      [for roles in [values(var.publisher_role_arns)] : {
        Sid       = "DenyOtherPublishers"
        Effect    = "Deny"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = local._bus_arn
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = roles } }
      } if length(roles) > 0],
    )
  })
}
