# The second net under what the function's own code does not log: CloudWatch finds what looks like an identifier as events
# arrive, and shows asterisks for it to readers, queries, metric filters and exports alike. The stored event keeps it, for
# those who may logs:Unmask. Metrics that functions write into their log (EMF) are numbers without such a keyword beside.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
locals {
  _masked_data = [for name in var.platform.log_masking.data_identifiers : "arn:${var.context.partition}:dataprotection::aws:data-identifier/${name}"]
}

resource "aws_cloudwatch_log_data_protection_policy" "this" {
  count = var.platform.log_masking.enabled ? 1 : 0

  log_group_name = aws_cloudwatch_log_group.this.name

  # CloudWatch wants both statements, with the same identifiers. Findings go nowhere but into the metric
  # LogEventsWithFindings: a report of them would say where in the log the identifier stands.
  policy_document = jsonencode({
    Name    = local._function_name
    Version = "2021-06-01"
    Statement = [
      {
        Sid            = "Audit"
        DataIdentifier = local._masked_data
        Operation      = { Audit = { FindingsDestination = {} } }
      },
      {
        Sid            = "Mask"
        DataIdentifier = local._masked_data
        Operation      = { Deidentify = { MaskConfig = {} } }
      },
    ]
  })
}
