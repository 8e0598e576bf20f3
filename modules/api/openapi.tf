locals {
  _name     = "${var.context.name_prefix}-api"
  _document = yamldecode(var.openapi_document)
  _methods  = ["delete", "get", "head", "patch", "post", "put"]

  # What is served: the operations whose function is there.
  _operations = {
    for path, item in local._document.paths : path => {
      for method, operation in item : method => operation
      if contains(local._methods, method) && contains(keys(var.functions), try(operation["x-lambda-function"], ""))
    }
  }
  _used_functions = toset(flatten([
    for operations in values(local._operations) : [for operation in values(operations) : operation["x-lambda-function"]]
  ]))

  # API Gateway refuses references to parameters and responses, so the first are put in place. The second are left out:
  # with a proxy integration they decide nothing.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
  _decorated_operations = {
    for path, operations in local._operations : path => {
      for method, operation in operations : method => merge(
        { for key, value in operation : key => value if !contains(["parameters", "responses", "security", "tags", "x-lambda-function"], key) },
        {
          parameters = [
            for parameter in concat(try(local._document.paths[path].parameters, []), try(operation.parameters, [])) :
            try(local._document.components.parameters[trimprefix(parameter["$ref"], "#/components/parameters/")], parameter)
          ]
          responses = { "200" = { description = "The function's answer" } }
          security  = [{ CognitoUserPool = [] }]
          x-amazon-apigateway-integration = {
            type                = "aws_proxy"
            httpMethod          = "POST"
            uri                 = var.functions[operation["x-lambda-function"]].invoke_arn
            passthroughBehavior = "when_no_match"
            timeoutInMillis     = 29000
          }
          x-amazon-apigateway-request-validator = "all"
        },
      )
    }
  }

  _paths = {
    for path, operations in local._decorated_operations : path => merge(
      operations,
      { for method, preflight in { options = try(local._preflights[path], null) } : method => preflight if preflight != null },
    ) if length(operations) > 0
  }

  # API Gateway publishes what a validation finds in CloudWatch Logs, and its validator's findings quote the value (ECMA 262
  # regex "..." does not match input string "987-65-432"): patients' names and numbers, mistyped. So its models say which
  # properties there are and of which type, findings that quote no value; functions judge values by the whole schema.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
  _quoting_rule = join("|", [
    "\"(?:format|pattern)\":\"(?:[^\"\\\\]|\\\\.)*\"",
    "\"(?:maxLength|maximum|minLength|minimum)\":-?[0-9][0-9.eE+-]*",
    "\"(?:exclusiveMaximum|exclusiveMinimum)\":(?:true|false)",
    "\"enum\":\\[(?:[^\"\\]]|\"(?:[^\"\\\\]|\\\\.)*\")*\\]",
  ])
  # The comma is before a rule, or else after it.
  _models = jsondecode(replace(
    replace(jsonencode(try(local._document.components.schemas, {})), "/,(?:${local._quoting_rule})/", ""),
    "/(?:${local._quoting_rule}),?/", "",
  ))

  _body = jsonencode(merge(
    # Without `tags`: AWS documents that an import makes tags of AWS's of them (of HTTP APIs; it leaves open whether of REST APIs, too),
    # which every plan would remove again.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-openapi-extensions-x-amazon-apigateway-tag-value.html
    { for key, value in local._document : key => value if !contains(["components", "info", "paths", "security", "servers", "tags"], key) },
    # In the document as well as in the resource: an import opens API Gateway's own address again where the document is silent, and
    # the provider's mending call meets the change of the TLS policy: "There is already an update in progress".
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-endpoint-configuration.html
    # https://github.com/hashicorp/terraform-provider-aws/issues/45905
    {
      for domain in var.domain == null ? [] : [var.domain.name] :
      "servers" => [{ url = "https://${domain}", x-amazon-apigateway-endpoint-configuration = { disableExecuteApiEndpoint = true } }]
    },
    {
      # The import names the API after its title.
      info  = merge(local._document.info, { title = local._name })
      paths = local._paths
      components = {
        schemas = local._models
        securitySchemes = {
          CognitoUserPool = {
            type                         = "apiKey"
            name                         = "Authorization"
            in                           = "header"
            x-amazon-apigateway-authtype = "cognito_user_pools"
            x-amazon-apigateway-authorizer = {
              type                         = "cognito_user_pools"
              providerARNs                 = [var.user_pool_arn]
              authorizerResultTtlInSeconds = 0 # Else 300: every call is judged by itself, and none by an answer of before.
            }
          }
        }
      }
      # Without it, Regional APIs take TLS 1.0. In the document, because the provider has no argument for it in all versions
      # that are allowed here. BASIC leaves out what STRICT adds, a check that the host asked for is the host of the TLS session.
      # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
      x-amazon-apigateway-endpoint-access-mode = "BASIC"
      x-amazon-apigateway-security-policy      = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09" # TLS 1.2 and 1.3, forward secrecy

      x-amazon-apigateway-gateway-responses = local._gateway_responses
      x-amazon-apigateway-request-validators = {
        all = { validateRequestBody = true, validateRequestParameters = true }
      }
    },
  ))
}
