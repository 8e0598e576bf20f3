# modules/api: what is made of the OpenAPI document, and what must never be served or logged.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  alert_topic_arn  = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
  context          = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1" }
  log_kms_key_arn  = "arn:aws:kms:us-east-1:123456789012:key/logs"
  openapi_document = file("openapi.yaml")
  user_pool_arn    = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_example"
  functions = {
    patient_api = {
      function_name = "healthcare-patient-api"
      invoke_arn    = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:healthcare-patient-api:live/invocations"
      qualifier     = "live"
    }
  }
}

run "hardened_by_default" {
  command = plan

  module {
    source = "./modules/api"
  }

  # --- logs are masked
  assert {
    condition     = keys(aws_cloudwatch_log_data_protection_policy.this) == ["access", "execution"] && length(jsondecode(aws_cloudwatch_log_data_protection_policy.this["access"].policy_document).Statement[1].DataIdentifier) == 6
    error_message = "What looks like a patient's number or address is masked in both logs."
  }

  # --- the document
  assert {
    condition = alltrue(flatten([
      for item in values(jsondecode(output.imported_document).paths) : [
        for method, operation in item :
        operation.security == [{ CognitoUserPool = [] }] && operation["x-amazon-apigateway-request-validator"] == "all" &&
        operation["x-amazon-apigateway-integration"].type == "aws_proxy" &&
        endswith(operation["x-amazon-apigateway-integration"].uri, ":live/invocations")
      ]
    ]))
    error_message = "Every operation asks for a Cognito token, validates, and goes to the function's alias; without origins there is no OPTIONS."
  }
  assert {
    condition = keys(jsondecode(output.imported_document).paths) == [
      for path, operations in yamldecode(var.openapi_document).paths : path if anytrue([for operation in values(operations) : operation["x-lambda-function"] == "patient_api"])
    ]
    error_message = "Every path of the document is served whose function is here."
  }
  assert {
    condition     = jsondecode(output.imported_document).components.securitySchemes.CognitoUserPool["x-amazon-apigateway-authorizer"] == { type = "cognito_user_pools", providerARNs = [var.user_pool_arn], authorizerResultTtlInSeconds = 0 }
    error_message = "The authorizer is the user pool, and its answers are not kept for later calls."
  }
  assert {
    condition     = jsondecode(output.imported_document)["x-amazon-apigateway-request-validators"].all == { validateRequestBody = true, validateRequestParameters = true }
    error_message = "Bodies and required parameters are validated."
  }
  assert {
    condition     = !strcontains(output.imported_document, "x-lambda-function") && !strcontains(jsonencode(jsondecode(output.imported_document).paths), "#/components/responses") && !strcontains(jsonencode(jsondecode(output.imported_document).paths), "#/components/parameters")
    error_message = "Nothing is left that API Gateway does not import."
  }
  assert {
    condition = (
      !can(jsondecode(output.imported_document).tags) && !can(jsondecode(output.imported_document).servers) &&
      alltrue(flatten([for item in values(jsondecode(output.imported_document).paths) : [for operation in values(item) : !can(operation.tags)]]))
    )
    error_message = "The import makes no tags of AWS's of the document's, and names no server."
  }
  assert {
    condition     = jsondecode(output.imported_document)["x-amazon-apigateway-security-policy"] == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09" && jsondecode(output.imported_document)["x-amazon-apigateway-endpoint-access-mode"] == "BASIC"
    error_message = "The API takes TLS 1.2 at least: a Regional API's own default is 1.0."
  }
  assert {
    condition     = !can(jsondecode(output.imported_document)["x-amazon-apigateway-policy"])
    error_message = "The document has no resource policy: the provider would put an earlier one back."
  }

  assert {
    condition     = !can(regex("\"(enum|exclusiveMaximum|exclusiveMinimum|format|maxLength|maximum|minLength|minimum|pattern)\":[^{]", jsonencode(jsondecode(output.imported_document).components.schemas)))
    error_message = "No model has a rule whose breach API Gateway's execution log tells with the value: a mistyped SSN would stand there."
  }
  assert {
    condition = (
      jsondecode(output.imported_document).components.schemas.PatientUpdate.required == yamldecode(var.openapi_document).components.schemas.PatientUpdate.required &&
      keys(jsondecode(output.imported_document).components.schemas.PatientUpdate.properties) == keys(yamldecode(var.openapi_document).components.schemas.PatientUpdate.properties) &&
      jsondecode(output.imported_document).components.schemas.PatientUpdate.properties.ssn == { type = "string" } &&
      jsondecode(output.imported_document).components.schemas.PatientUpdate.properties.clinical == { "$ref" = "#/components/schemas/Clinical" } &&
      keys(jsondecode(output.imported_document).components.schemas) == keys(yamldecode(var.openapi_document).components.schemas)
    )
    error_message = "The models keep types and required and permitted properties."
  }

  # --- its own answers
  assert {
    condition = alltrue([
      for type, response in jsondecode(output.imported_document)["x-amazon-apigateway-gateway-responses"] :
      keys(jsondecode(response.responseTemplates["application/json"])) == ["code", "detail", "request_id", "status", "title", "type"] &&
      tostring(jsondecode(response.responseTemplates["application/json"]).status) == response.statusCode &&
      response.responseParameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'" &&
      response.responseParameters["gatewayresponse.header.Cache-Control"] == "'no-store'" &&
      response.responseParameters["gatewayresponse.header.X-Content-Type-Options"] == "'nosniff'" &&
      response.responseParameters["gatewayresponse.header.Strict-Transport-Security"] == "'max-age=31536000; includeSubDomains'" &&
      response.responseParameters["gatewayresponse.header.Content-Security-Policy"] == "'default-src 'none'; frame-ancestors 'none''" &&
      !can(response.responseParameters["gatewayresponse.header.Access-Control-Allow-Origin"])
    ])
    error_message = "API Gateway's own answers have the problem's shape and the security headers, and name no origin."
  }
  assert {
    condition = length(setsubtract(
      ["ACCESS_DENIED", "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "THROTTLED", "UNAUTHORIZED", "WAF_FILTERED"],
      keys(jsondecode(output.imported_document)["x-amazon-apigateway-gateway-responses"]),
    )) == 0
    error_message = "Every kind of refusal has an answer of ours."
  }
  assert {
    condition     = !strcontains(jsonencode(jsondecode(output.imported_document)["x-amazon-apigateway-gateway-responses"]), "context.error") && !strcontains(output.imported_document, "method.request.")
    error_message = "No answer of API Gateway echoes the request."
  }

  # --- logs
  assert {
    condition = alltrue([
      for variable in ["$context.path\"", "queryString", "$context.identity", "requestOverride", "$context.authorizer", "xrayTraceId"] :
      !strcontains(aws_api_gateway_stage.this.access_log_settings[0].format, variable)
    ])
    error_message = "The access log has no path, query, address, person or text of the caller's choice."
  }
  assert {
    condition = alltrue([
      for variable in ["$context.requestId", "$context.extendedRequestId", "$context.status", "$context.resourcePath", "$context.responseLatency"] :
      strcontains(aws_api_gateway_stage.this.access_log_settings[0].format, variable)
    ])
    error_message = "The access log says which operation was called, by an id that no caller can choose, too, how it ended, and how long it took."
  }
  assert {
    condition = alltrue([
      for group in [aws_cloudwatch_log_group.access, aws_cloudwatch_log_group.execution, aws_cloudwatch_log_group.waf, aws_cloudwatch_log_group.welcome[0]] :
      group.kms_key_id == var.log_kms_key_arn && group.retention_in_days == 2557
    ])
    error_message = "The log groups are encrypted and kept for seven years, that of API Gateway's greeting among them."
  }
  assert {
    condition     = !aws_api_gateway_method_settings.all.settings[0].data_trace_enabled && aws_api_gateway_method_settings.all.settings[0].logging_level == "ERROR"
    error_message = "The execution log holds neither requests nor paths."
  }
  assert {
    condition     = !aws_api_gateway_method_settings.all.settings[0].caching_enabled && !aws_api_gateway_stage.this.cache_cluster_enabled
    error_message = "Nothing is cached."
  }
  assert {
    condition     = !aws_api_gateway_stage.this.xray_tracing_enabled && aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == 50 && aws_api_gateway_method_settings.all.settings[0].throttling_burst_limit == 100
    error_message = "The stage is throttled, and X-Ray keeps no URL of it."
  }
  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.logging[0].policy).Statement : alltrue([for resource in statement.Resource : startswith(resource, "arn:aws:logs:us-east-1:123456789012:")])])
    error_message = "API Gateway's role writes logs in this account and region alone."
  }

  # --- the web ACL
  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "body-size", "rate-limit"])
    error_message = "The web ACL has the managed rules, a rate limit and a limit of the body's size."
  }
  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : !rule.visibility_config[0].sampled_requests_enabled])
    error_message = "No samples of requests are kept."
  }
  assert {
    condition     = toset(flatten([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : [for header in field.single_header : header.name]])) == toset(["authorization", "cookie", "referer", "x-break-glass-reason"])
    error_message = "Tokens, reasons and the pages that people came from are redacted from the web ACL's log."
  }
  assert {
    condition     = anytrue([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : length(field.uri_path) > 0]) && anytrue([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : length(field.query_string) > 0])
    error_message = "Paths and queries, which name patients, are redacted from the web ACL's log."
  }

  assert {
    condition     = toset([for protection in aws_wafv2_web_acl.this.data_protection_config[0].data_protection : "${protection.action} ${protection.field[0].field_type}"]) == toset(["SUBSTITUTION BODY", "SUBSTITUTION QUERY_STRING"])
    error_message = "What matched in a body or a query is not written to the web ACL's log."
  }

  # --- who may call the function, and alarms
  assert {
    condition     = aws_lambda_permission.this["patient_api"].principal == "apigateway.amazonaws.com" && aws_lambda_permission.this["patient_api"].qualifier == "live"
    error_message = "API Gateway may call the alias."
  }
  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.this) : contains(alarm.alarm_actions, var.alert_topic_arn)])
    error_message = "The alarms go to the alert topic."
  }
}

run "origins_networks_and_domain" {
  command = plan

  # The web ACL's schema is large enough to double the time of a plan; it is looked at above.
  override_resource {
    target = aws_wafv2_web_acl.this
  }

  module {
    source = "./modules/api"
  }

  variables {
    allowed_source_cidrs   = ["203.0.113.7/24", "2001:DB8::/32"]
    cors                   = { origins = ["https://portal.example.org"] }
    domain                 = { name = "api.example.org", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000" }
    manage_account_logging = false
  }

  assert {
    condition = alltrue([
      for item in values(jsondecode(output.imported_document).paths) :
      item.options.security == [] && item.options["x-amazon-apigateway-integration"].type == "mock" &&
      item.options["x-amazon-apigateway-integration"].passthroughBehavior == "when_no_templates" &&
      strcontains(item.options["x-amazon-apigateway-integration"].responses.default.responseTemplates["application/json"], "[\"https://portal.example.org\"]") &&
      !strcontains(jsonencode(item.options), "'*'")
    ])
    error_message = "Preflight names the listed origin, and never every origin."
  }
  assert {
    condition     = jsondecode(output.imported_document).paths["/patients/{patient_id}"].options["x-amazon-apigateway-integration"].responses.default.responseParameters["method.response.header.Access-Control-Allow-Methods"] == "'GET,PUT'"
    error_message = "Preflight names the methods of the path."
  }
  assert {
    condition     = alltrue([for response in values(jsondecode(output.imported_document)["x-amazon-apigateway-gateway-responses"]) : response.responseParameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://portal.example.org'" && response.responseParameters["gatewayresponse.header.Vary"] == "'Origin'"])
    error_message = "With one origin, browsers may read API Gateway's own refusals too."
  }
  assert {
    condition     = { for version, set in aws_wafv2_ip_set.allowed : version => set.addresses } == { IPV4 = toset(["203.0.113.0/24"]), IPV6 = toset(["2001:db8::/32"]) }
    error_message = "The web ACL knows the named networks."
  }
  assert {
    condition     = [for rule in aws_wafv2_web_acl.this.rule : rule.priority == 1 && length(rule.action[0].block) == 1 && length(rule.statement[0].not_statement[0].statement[0].or_statement[0].statement) == 2 if rule.name == "named-networks-only"] == [true]
    error_message = "Who comes from neither is refused before anything else is asked."
  }
  assert {
    condition     = aws_api_gateway_deployment.this.triggers["domain_only"] == "true"
    error_message = "A domain that is added later makes a deployment, without which API Gateway's own address stays open."
  }
  assert {
    condition     = jsondecode(output.imported_document).servers == [{ url = "https://api.example.org", x-amazon-apigateway-endpoint-configuration = { disableExecuteApiEndpoint = true } }]
    error_message = "The import itself closes API Gateway's own address: a call after it would meet the change of the TLS policy."
  }
  assert {
    condition     = aws_api_gateway_domain_name.this[0].security_policy == "TLS_1_2" && aws_api_gateway_rest_api.this.disable_execute_api_endpoint && output.invoke_url == "https://api.example.org"
    error_message = "A domain of one's own takes TLS 1.2 at least, and is the only way in."
  }
  assert {
    condition     = length(aws_api_gateway_account.this) == 0 && length(aws_iam_role.logging) == 0 && length(aws_cloudwatch_log_group.welcome) == 0
    error_message = "The account's logging role is left alone where it is set elsewhere."
  }
}

run "exported_and_unmasked_by_name" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    log_export  = { role_arn = "arn:aws:iam::123456789012:role/log-export", stream_arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/log-export" }
    log_masking = { enabled = false }
  }

  assert {
    condition     = keys(aws_cloudwatch_log_subscription_filter.this) == ["access", "execution"] && alltrue([for filter in aws_cloudwatch_log_subscription_filter.this : filter.destination_arn == var.log_export.stream_arn && filter.role_arn == var.log_export.role_arn && filter.filter_pattern == ""])
    error_message = "Both logs are exported whole."
  }
  assert {
    condition     = length(aws_cloudwatch_log_data_protection_policy.this) == 0
    error_message = "Masking can be switched off by name."
  }
}

run "several_origins" {
  command = plan

  override_resource {
    target = aws_wafv2_web_acl.this
  }

  module {
    source = "./modules/api"
  }

  variables {
    cors = { origins = ["https://portal.example.org", "http://localhost:3000"] }
  }

  assert {
    condition     = alltrue([for response in values(jsondecode(output.imported_document)["x-amazon-apigateway-gateway-responses"]) : !can(response.responseParameters["gatewayresponse.header.Access-Control-Allow-Origin"])])
    error_message = "With several origins a fixed answer can name none of them."
  }
  assert {
    condition     = strcontains(jsondecode(output.imported_document).paths["/patients/{patient_id}"].options["x-amazon-apigateway-integration"].responses.default.responseTemplates["application/json"], "[\"http://localhost:3000\",\"https://portal.example.org\"]")
    error_message = "Preflight knows all of them."
  }
}

# Operations of functions that are off are not served; references are put in place.
run "parts_of_a_document" {
  command = plan

  override_resource {
    target = aws_wafv2_web_acl.this
  }

  module {
    source = "./modules/api"
  }

  variables {
    openapi_document = <<-YAML
      openapi: 3.0.3
      info: { title: Two functions, version: 1.0.0 }
      paths:
        /patients/{patient_id}:
          parameters:
            - $ref: '#/components/parameters/PatientId'
          get:
            x-lambda-function: patient_api
            security: [{ CognitoUserPool: [] }]
            responses: { '200': { $ref: '#/components/responses/Ok' } }
          delete:
            x-lambda-function: records_office
            security: [{ CognitoUserPool: [] }]
            responses: { '204': { description: Gone } }
        /appointments:
          post:
            x-lambda-function: appointments
            security: [{ CognitoUserPool: [] }]
            responses: { '201': { description: Booked } }
      components:
        parameters:
          PatientId: { name: patient_id, in: path, required: true, schema: { type: string } }
        responses:
          Ok: { description: The record }
    YAML
  }

  assert {
    condition     = keys(jsondecode(output.imported_document).paths) == ["/patients/{patient_id}"] && keys(jsondecode(output.imported_document).paths["/patients/{patient_id}"]) == ["get"]
    error_message = "Only the operations of functions that are there are served."
  }
  assert {
    condition     = jsondecode(output.imported_document).paths["/patients/{patient_id}"].get.parameters[0].name == "patient_id"
    error_message = "Parameters of the path and references to parameters are put into the operation."
  }
}

run "no_operation_left" {
  command = plan

  override_resource {
    target = aws_wafv2_web_acl.this
  }

  module {
    source = "./modules/api"
  }

  variables {
    functions = { other = { function_name = "healthcare-other", invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/x", qualifier = "live" } }
  }

  expect_failures = [aws_api_gateway_rest_api.this]
}

run "wrong_values_1" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    alarms                   = { server_errors_per_5_minutes = -1 }
    alert_topic_arn          = "healthcare-alerts"
    allowed_source_cidrs     = ["0.0.0.0/0"]
    context                  = { account_id = "1234", name_prefix = "healthcare", region = "us-east-1" }
    cors                     = { origins = ["*"] }
    domain                   = { name = "https://api.example.org", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000" }
    execution_log_level      = "INFO"
    functions                = {}
    log_export               = { role_arn = "log-export", stream_arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/log-export" }
    log_kms_key_arn          = "alias/logs"
    log_masking              = { data_identifiers = [] }
    log_retention_days       = 365
    openapi_document         = "openapi: 3.1.0"
    permissions_boundary_arn = "boundary"
    rate_limit               = 1
    stage_name               = "Live stage"
    throttle                 = { burst = 0 }
    user_pool_arn            = "us-east-1_example"
  }

  expect_failures = [
    var.alarms, var.alert_topic_arn, var.allowed_source_cidrs, var.context, var.cors, var.domain, var.execution_log_level, var.functions,
    var.log_export, var.log_kms_key_arn, var.log_masking, var.log_retention_days, var.openapi_document, var.permissions_boundary_arn, var.rate_limit, var.stage_name,
    var.throttle, var.user_pool_arn,
  ]
}

run "wrong_values_2" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    context          = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1a" }
    cors             = { headers = ["*"] }
    domain           = { name = "api.example.org", certificate_arn = "certificate" }
    openapi_document = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Open\", \"version\": \"1\"}, \"paths\": {\"/open\": {\"get\": {\"x-lambda-function\": \"patient_api\", \"security\": [], \"responses\": {}}}}}"
  }

  expect_failures = [var.context, var.cors, var.domain, var.openapi_document]
}

run "wrong_values_3" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    context          = { account_id = "123456789012", name_prefix = "healthcare", partition = "gcp", region = "us-east-1" }
    cors             = { max_age_seconds = 100000 }
    openapi_document = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Names\", \"version\": \"1\"}, \"paths\": {}, \"components\": {\"schemas\": {\"Patient_Record\": {}}}}"
  }

  expect_failures = [var.context, var.cors, var.openapi_document]
}

run "wrong_values_4" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    context          = { account_id = "123456789012", name_prefix = "healthcare-", region = "us-east-1" }
    openapi_document = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Keywords\", \"version\": \"1\"}, \"paths\": {}, \"components\": {\"schemas\": {\"Patient\": {\"type\": \"object\", \"properties\": {\"name\": {\"type\": \"string\", \"nullable\": true}}}}}}"
  }

  expect_failures = [var.context, var.openapi_document]
}

# A keyword that API Gateway's models lack fails the whole import: there, and not in an example of a media type.
run "an_example_in_a_schema" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    openapi_document = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Keywords\", \"version\": \"1\"}, \"paths\": {}, \"components\": {\"schemas\": {\"Patient\": {\"type\": \"object\", \"example\": {\"name\": \"Doe\"}}}}}"
  }

  expect_failures = [var.openapi_document]
}
