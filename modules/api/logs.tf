locals {
  # What was called, with which outcome. resourcePath is the template (/patients/{patient_id}): the path itself and the
  # query name patients, and so does the subject of a patient's token. Who it was is in the audit table, by request id. That
  # can be the caller's own choice (a UUID in x-amzn-RequestId); the extended one is API Gateway's.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
  _access_log_format = {
    error_type          = "$context.error.responseType"
    extended_request_id = "$context.extendedRequestId"
    http_method         = "$context.httpMethod"
    integration_latency = "$context.integrationLatency"
    integration_status  = "$context.integrationStatus"
    protocol            = "$context.protocol"
    request_id          = "$context.requestId"
    request_time        = "$context.requestTime"
    resource_path       = "$context.resourcePath"
    response_latency    = "$context.responseLatency"
    response_length     = "$context.responseLength"
    stage               = "$context.stage"
    status              = "$context.status"
    waf                 = "$context.wafResponseCode"
  }

  _log_group_names = { access = aws_cloudwatch_log_group.access.name, execution = aws_cloudwatch_log_group.execution.name }
  _masked_data     = [for name in var.log_masking.data_identifiers : "arn:${var.context.partition}:dataprotection::aws:data-identifier/${name}"]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${local._name}/access"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

# API Gateway gives this name, and would make the group itself: unencrypted, and kept for ever.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${var.stage_name}"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

# As modules/function has it for functions' logs.
resource "aws_cloudwatch_log_data_protection_policy" "this" {
  for_each = { for name, group in local._log_group_names : name => group if var.log_masking.enabled }

  log_group_name = each.value

  policy_document = jsonencode({
    Name    = "${local._name}-api-${each.key}"
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

resource "aws_cloudwatch_log_subscription_filter" "this" {
  for_each = { for name, group in local._log_group_names : name => group if var.log_export != null }

  name            = "${local._name}-api-${each.key}-export"
  log_group_name  = each.value
  destination_arn = var.log_export.stream_arn
  role_arn        = var.log_export.role_arn
  filter_pattern  = ""
}

# One role for all of the account's APIs in a region: whoever has set it elsewhere says manage_account_logging = false.
resource "aws_api_gateway_account" "this" {
  count = var.manage_account_logging ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.logging[0].arn

  depends_on = [aws_cloudwatch_log_group.welcome, aws_iam_role_policy.logging]
}

# API Gateway tries the role by writing here as soon as it is set, and would make the group itself: unencrypted, and kept for
# ever. An account in which some API has logged before has it already: docs/first_apply.md.
resource "aws_cloudwatch_log_group" "welcome" {
  count = var.manage_account_logging ? 1 : 0

  name              = "/aws/apigateway/welcome"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

resource "aws_iam_role" "logging" {
  count = var.manage_account_logging ? 1 : 0

  name                 = "${local._name}-logging"
  description          = "API Gateway writes its logs with it"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.context.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ApiGateway"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

# The actions of AWS's own AmazonAPIGatewayPushToCloudWatchLogs, which API Gateway looks for when the role is set, but for
# this account and region alone.
resource "aws_iam_role_policy" "logging" {
  count = var.manage_account_logging ? 1 : 0

  name = "logging"
  role = aws_iam_role.logging[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "WriteLogs"
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams",
        "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents",
      ]
      Resource = ["arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:*"]
    }]
  })
}
