resource "aws_api_gateway_rest_api" "this" {
  name                         = local._name
  body                         = local._body
  put_rest_api_mode            = "overwrite" # what the document does not have, the API does not have
  disable_execute_api_endpoint = var.domain != null
  tags                         = var.context.tags

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = length(local._used_functions) > 0
      error_message = "No operation of the OpenAPI document belongs to a function that is on: an API without a method can't be deployed. Name the function in the operation's x-lambda-function (functions: ${join(", ", keys(var.functions))})."
    }
  }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  description = "One version of the OpenAPI document"

  # The document's text, not the resource: that has attributes which AWS fills in later. And whether there is a domain: API
  # Gateway's own address is switched off by the next deployment, not before.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
  triggers = {
    body        = sha256(local._body)
    domain_only = var.domain != null
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV_AWS_73:X-Ray would keep URLs, which name patients; the functions are traced
  #checkov:skip=CKV_AWS_120:a cache would keep health information outside the tables and their audit
  #checkov:skip=CKV2_AWS_77:AWSManagedRulesKnownBadInputsRuleSet is in the web ACL's dynamic block, which checkov does not follow
  #checkov:skip=CKV2_AWS_51:callers are people with Cognito tokens; client certificates are for machines
  rest_api_id           = aws_api_gateway_rest_api.this.id
  deployment_id         = aws_api_gateway_deployment.this.id
  stage_name            = var.stage_name
  xray_tracing_enabled  = var.tracing_enabled
  cache_cluster_enabled = false
  tags                  = var.context.tags

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local._access_log_format)
  }

  # The log groups first, or API Gateway makes an unencrypted one; the account's role first, or the stage is refused.
  depends_on = [aws_api_gateway_account.this, aws_cloudwatch_log_group.execution]
}

resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:a cache would keep health information outside the tables and their audit
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = var.execution_log_level
    data_trace_enabled     = false # it writes whole requests and answers into the log
    caching_enabled        = false
    cache_data_encrypted   = true
    throttling_burst_limit = var.throttle.burst
    throttling_rate_limit  = var.throttle.requests_per_second
  }
}

resource "aws_lambda_permission" "this" {
  for_each = { for name, function in var.functions : name => function if contains(local._used_functions, name) }

  statement_id  = "${var.context.name_prefix}-api"
  action        = "lambda:InvokeFunction"
  function_name = each.value.function_name
  qualifier     = each.value.qualifier
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage_name}/*"
}
