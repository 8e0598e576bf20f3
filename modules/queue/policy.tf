locals {
  _tls_only = {
    for kind, arn in local._queue_arns : kind => {
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  }

  _sender_statements = concat(
    [
      for name, sender in var.senders : {
        Sid       = "Send${replace(title(replace(name, "/[_-]/", " ")), " ", "")}"
        Effect    = "Allow"
        Principal = { Service = sender.service }
        Action    = "sqs:SendMessage"
        Resource  = local._queue_arns.queue
        Condition = merge(
          { ArnEquals = { "aws:SourceArn" = sender.source_arn } },
          # A bucket's ARN names no account, and a bucket that was deleted can be anyone's.
          { for service in [sender.service] : "StringEquals" => { "aws:SourceAccount" = var.context.account_id } if startswith(service, "s3.") },
        )
      } if sender.service != null
    ],
    [
      for name, sender in var.senders : {
        Sid       = "Send${replace(title(replace(name, "/[_-]/", " ")), " ", "")}"
        Effect    = "Allow"
        Principal = { AWS = sender.role_arn }
        Action    = "sqs:SendMessage"
        Resource  = local._queue_arns.queue
      } if sender.role_arn != null
    ],
  )
}
