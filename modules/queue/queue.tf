# ARNs are derived from names: each queue names the other.
locals {
  _base_name   = "${var.context.name_prefix}-${var.name}"
  _suffix      = var.fifo ? ".fifo" : ""
  _arn_prefix  = "arn:${var.context.partition}:sqs:${var.context.region}:${var.context.account_id}"
  _queue_names = { queue = "${local._base_name}${local._suffix}", dead_letters = "${local._base_name}-dead-letters${local._suffix}" }
  _queue_arns  = { for kind, name in local._queue_names : kind => "${local._arn_prefix}:${name}" }
}

resource "aws_sqs_queue" "this" {
  name                              = local._queue_names.queue
  fifo_queue                        = var.fifo
  content_based_deduplication       = var.fifo ? var.content_based_deduplication : null
  deduplication_scope               = var.fifo ? "messageGroup" : null
  fifo_throughput_limit             = var.fifo ? "perMessageGroupId" : null
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = var.message_retention_days * 86400
  receive_wait_time_seconds         = 20 # fewer empty answers
  visibility_timeout_seconds        = var.visibility_timeout_seconds
  tags                              = var.context.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = local._queue_arns.dead_letters
    maxReceiveCount     = var.maximum_receives
  })

  # In the queue and not in a resource of its own: the provider waits for each of the two.
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local._tls_only.queue], local._sender_statements)
  })

  depends_on = [aws_sqs_queue.dead_letters] # SQS refuses a queue whose dead letters have nowhere to go.
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = local._queue_names.dead_letters
  fifo_queue                        = var.fifo # SQS asks for the same kind.
  deduplication_scope               = var.fifo ? "messageGroup" : null
  fifo_throughput_limit             = var.fifo ? "perMessageGroupId" : null
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = 14 * 86400
  receive_wait_time_seconds         = 20
  visibility_timeout_seconds        = var.visibility_timeout_seconds
  tags                              = var.context.tags

  # Dead letters of this queue, and of no other.
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local._queue_arns.queue]
  })

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [local._tls_only.dead_letters]
  })
}
