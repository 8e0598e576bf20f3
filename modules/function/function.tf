locals {
  _function_name  = "${var.context.name_prefix}-${var.name}"
  _function_arn   = "arn:${var.context.partition}:lambda:${var.context.region}:${var.context.account_id}:function:${local._function_name}"
  _in_vpc         = var.outside_vpc_reason == null
  _subnet_ids     = !local._in_vpc ? [] : var.allow_listed_egress != null ? var.allow_listed_egress.subnet_ids : var.platform.subnet_ids
  _log_group_name = "/aws/lambda/${local._function_name}"
  _package_exists = var.package.filename == null ? true : fileexists(var.package.filename)
  _package_hash = (
    var.package.s3 != null ? var.package.s3.hash :
    local._package_exists ? filebase64sha256(var.package.filename) : null
  )
}

# Before the function, whose role may not create groups: Lambda would make one that is unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  name              = local._log_group_name
  kms_key_id        = var.platform.logs_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

resource "aws_lambda_function" "this" {
  function_name                  = local._function_name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  handler                        = var.handler
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.platform.reserve_concurrency ? coalesce(var.reserved_concurrency, -1) : -1
  kms_key_arn                    = var.platform.environment_key_arn
  code_signing_config_arn        = var.code_signing_config_arn #checkov:skip=CKV_AWS_272:a signing profile belongs to the release pipeline; passed in where there is one
  filename                       = var.package.filename
  s3_bucket                      = try(var.package.s3.bucket, null)
  s3_key                         = try(var.package.s3.key, null)
  s3_object_version              = try(var.package.s3.version, null)
  source_code_hash               = local._package_hash
  publish                        = true
  tags                           = merge(var.context.tags, var.outside_vpc_reason == null ? {} : { OutsideVpcReason = var.outside_vpc_reason })

  # With both empty there is none: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function#vpc_config-configuration-block
  vpc_config {
    subnet_ids         = local._subnet_ids
    security_group_ids = aws_security_group.this[*].id
  }

  # Not Lambda's JSON: it sets the root logger to INFO, and every library's chatter would stand beside what the function
  # chose to log. Powertools writes JSON by itself.
  # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = "Active"
  }

  dynamic "snap_start" {
    for_each = var.snap_start ? ["PublishedVersions"] : []

    content {
      apply_on = snap_start.value
    }
  }

  dynamic "environment" {
    for_each = length(var.environment) == 0 ? [] : [var.environment]

    content {
      variables = environment.value
    }
  }

  # By its derived name, as in the role: known at plan, so that a plan shows the role's grant to be for these letters (NET-04).
  dynamic "dead_letter_config" {
    for_each = local._dead_letter_queue_arns

    content {
      target_arn = dead_letter_config.value
    }
  }

  lifecycle {
    precondition {
      condition     = local._package_exists
      error_message = "${coalesce(var.package.filename, "The package")} does not exist. Build it first: ${var.package.build_command}"
    }
  }

  # Every policy before the function: Lambda checks at creation that the role may manage network interfaces. Every way out, too:
  # what invokes it at once (migrations) needs them. And the role after the function at destroy: Lambda needs it to release them.
  depends_on = [
    aws_iam_role_policy.platform,
    aws_iam_role_policy.workload,
    aws_sqs_queue.dead_letters,
    aws_vpc_security_group_egress_rule.allow_listed,
    aws_vpc_security_group_egress_rule.endpoints,
    aws_vpc_security_group_egress_rule.gateways,
    aws_vpc_security_group_egress_rule.named,
  ]
}

# Callers name the alias, so that a version is switched in one step and can be switched back.
resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version in use"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}
