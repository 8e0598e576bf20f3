resource "aws_lambda_event_source_mapping" "streams" {
  for_each = var.streams

  event_source_arn                   = each.value.stream_arn
  function_name                      = aws_lambda_alias.live.arn
  starting_position                  = "TRIM_HORIZON" # what was written before the mapping came is read, too
  batch_size                         = each.value.batch_size
  maximum_batching_window_in_seconds = each.value.batch_window
  bisect_batch_on_function_error     = true
  maximum_retry_attempts             = each.value.maximum_retries
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = var.context.tags

  destination_config {
    on_failure {
      destination_arn = one(aws_sqs_queue.dead_letters[*].arn)
    }
  }

  dynamic "filter_criteria" {
    for_each = length(each.value.filters) == 0 ? [] : [each.value.filters]

    content {
      dynamic "filter" {
        for_each = filter_criteria.value

        content {
          pattern = filter.value
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.streams] # Lambda checks at creation that the role may read the stream.
}

# A policy of its own: a stream's ARN ends with the time of its making, and the platform's policy is to be known at plan.
resource "aws_iam_role_policy" "streams" {
  count = length(var.streams) == 0 ? 0 : 1

  name = "streams"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = flatten([
      for name, stream in var.streams : [
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
        {
          Sid      = "Read${replace(title(replace(name, "/[_-]/", " ")), " ", "")}"
          Effect   = "Allow"
          Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
          Resource = [stream.stream_arn]
        },
        {
          Sid       = "Decrypt${replace(title(replace(name, "/[_-]/", " ")), " ", "")}"
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = [stream.key_arn]
          Condition = { StringEquals = { "kms:ViaService" = "dynamodb.${var.context.region}.amazonaws.com" } }
        },
      ]
    ])
  })
}
