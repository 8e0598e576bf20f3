resource "aws_lambda_permission" "this" {
  for_each = var.invokers

  statement_id  = each.key
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = each.value.service
  source_arn    = each.value.source_arn
  # A bucket's ARN names no account, and a bucket that was deleted can be anyone's.
  source_account = startswith(each.value.service, "s3.") ? var.context.account_id : null
}

resource "aws_lambda_event_source_mapping" "queues" {
  for_each = var.queues

  event_source_arn                   = each.value.queue_arn
  function_name                      = aws_lambda_alias.live.arn
  batch_size                         = each.value.batch_size
  maximum_batching_window_in_seconds = each.value.batch_window
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = var.context.tags

  dynamic "scaling_config" {
    for_each = each.value.maximum_concurrency == null ? [] : [each.value.maximum_concurrency]

    content {
      maximum_concurrency = scaling_config.value
    }
  }
}

# Lambda's own settings are 2 retries within 6 hours: where they hold there is nothing to say.
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = { for name, qualifier in { live = aws_lambda_alias.live.name, latest = "$LATEST" } : name => qualifier if var.asynchronous_retries < 2 }

  function_name          = aws_lambda_function.this.function_name
  qualifier              = each.value
  maximum_retry_attempts = var.asynchronous_retries
}
