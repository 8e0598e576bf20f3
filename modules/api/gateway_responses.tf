# What API Gateway answers by itself: the same headers and the same RFC 9457 shape as the functions' answers, and never a
# word of the request. The codes are the functions' codes too
# (lambda_src/healthcare/problems.py). The templates are not VTL: only $context variables are filled in.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
locals {
  _security_headers = {
    Cache-Control             = "no-store"
    Content-Security-Policy   = "default-src 'none'; frame-ancestors 'none'"
    Strict-Transport-Security = "max-age=31536000; includeSubDomains"
    X-Content-Type-Options    = "nosniff"
  }

  # A gateway response can give one fixed origin or echo whatever came: with several, browsers see that it failed, not why.
  _cors_error_headers = merge(
    length(var.cors.origins) == 1 ? { Access-Control-Allow-Origin = one(var.cors.origins) } : {},
    length(var.cors.origins) > 0 ? { Vary = "Origin" } : {},
  )

  _problems = {
    ACCESS_DENIED                  = { status = 403, title = "Forbidden", detail = "You have no access to this.", code = "forbidden" }
    API_CONFIGURATION_ERROR        = { status = 500, title = "Internal Server Error", detail = "A fault of the service. Nothing was disclosed.", code = "internal_error" }
    AUTHORIZER_CONFIGURATION_ERROR = { status = 500, title = "Internal Server Error", detail = "A fault of the service. Nothing was disclosed.", code = "internal_error" }
    AUTHORIZER_FAILURE             = { status = 500, title = "Internal Server Error", detail = "A fault of the service. Nothing was disclosed.", code = "internal_error" }
    BAD_REQUEST_BODY               = { status = 400, title = "Bad Request", detail = "The body does not have the form that the API's description gives.", code = "malformed_request" }
    BAD_REQUEST_PARAMETERS         = { status = 400, title = "Bad Request", detail = "A required parameter is missing.", code = "malformed_request" }
    # Every type that there is stands here by itself. The two defaults are for those that AWS adds.
    DEFAULT_4XX         = { status = 400, title = "Bad Request", detail = "The request can't be answered.", code = "bad_request" }
    DEFAULT_5XX         = { status = 500, title = "Internal Server Error", detail = "A fault of the service. Nothing was disclosed.", code = "internal_error" }
    EXPIRED_TOKEN       = { status = 401, title = "Unauthorized", detail = "The token has expired. Sign in again.", code = "unauthenticated" }
    INTEGRATION_FAILURE = { status = 504, title = "Gateway Timeout", detail = "The function did not answer.", code = "no_answer" }
    INTEGRATION_TIMEOUT = { status = 504, title = "Gateway Timeout", detail = "The function took longer than the gateway waits.", code = "timeout" }
    INVALID_API_KEY     = { status = 403, title = "Forbidden", detail = "You have no access to this.", code = "forbidden" }
    INVALID_SIGNATURE   = { status = 401, title = "Unauthorized", detail = "Sign in first.", code = "unauthenticated" }
    # What API Gateway says of a path or a method that is not there.
    MISSING_AUTHENTICATION_TOKEN = { status = 404, title = "Not Found", detail = "There is no such resource.", code = "no_such_resource" }
    QUOTA_EXCEEDED               = { status = 429, title = "Too Many Requests", detail = "Too many requests. Try again later.", code = "quota_exceeded" }
    REQUEST_TOO_LARGE            = { status = 413, title = "Content Too Large", detail = "The request is too large.", code = "body_too_large" }
    RESOURCE_NOT_FOUND           = { status = 404, title = "Not Found", detail = "There is no such resource.", code = "no_such_resource" }
    THROTTLED                    = { status = 429, title = "Too Many Requests", detail = "Too many requests. Try again in a moment.", code = "throttled" }
    UNAUTHORIZED                 = { status = 401, title = "Unauthorized", detail = "Sign in first.", code = "unauthenticated" }
    UNSUPPORTED_MEDIA_TYPE       = { status = 415, title = "Unsupported Media Type", detail = "The body must be application/json.", code = "unsupported_media_type" }
    WAF_FILTERED                 = { status = 403, title = "Forbidden", detail = "The request was refused.", code = "refused" }
  }

  _problem_headers = {
    for type, problem in local._problems : type => merge(
      local._security_headers,
      local._cors_error_headers,
      { Content-Type = "application/problem+json" },
      problem.status == 401 ? { WWW-Authenticate = "Bearer" } : {},
      problem.status == 429 ? { Retry-After = "1" } : {},
    )
  }

  _gateway_responses = {
    for type, problem in local._problems : type => {
      statusCode = tostring(problem.status)
      responseParameters = {
        # Quotes mark a fixed value.
        for header, value in local._problem_headers[type] : "gatewayresponse.header.${header}" => "'${value}'"
      }
      responseTemplates = {
        "application/json" = jsonencode(merge(problem, { type = "about:blank", request_id = "$context.requestId" }))
      }
    }
  }
}
