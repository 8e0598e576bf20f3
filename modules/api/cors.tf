# Preflight requests are answered by API Gateway itself: the origin is named only if it is on the list.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
locals {
  _origin_template = <<-TEMPLATE
    #set($origins = ${jsonencode(sort(var.cors.origins))})
    #set($origin = $input.params().header.get("Origin"))
    #if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end
    #if($origins.contains($origin))
    #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
    #end
  TEMPLATE

  _preflight_headers = {
    for path, operations in local._operations : path => merge(local._security_headers, {
      Access-Control-Allow-Headers = join(",", sort(var.cors.headers))
      Access-Control-Allow-Methods = join(",", sort([for method in keys(operations) : upper(method)]))
      Access-Control-Max-Age       = tostring(var.cors.max_age_seconds)
      Vary                         = "Origin"
    })
  }

  _preflights = {
    for path, headers in local._preflight_headers : path => {
      summary    = "CORS preflight"
      parameters = [for parameter in local._path_parameters[path] : { name = parameter, in = "path", required = true, schema = { type = "string" } }]
      responses = {
        "204" = {
          description = "Which origins, methods and headers are allowed"
          headers     = { for header in concat(keys(headers), ["Access-Control-Allow-Origin"]) : header => { schema = { type = "string" } } }
        }
      }
      security = []
      x-amazon-apigateway-integration = {
        type                = "mock"
        passthroughBehavior = "when_no_templates" # of another Content-Type: 415, not the mock's 500, which would alarm
        requestTemplates    = { "application/json" = jsonencode({ statusCode = 204 }) }
        responses = {
          default = {
            statusCode         = "204"
            responseParameters = { for header, value in headers : "method.response.header.${header}" => "'${value}'" }
            responseTemplates  = { "application/json" = local._origin_template }
          }
        }
      }
    } if length(var.cors.origins) > 0
  }

  _path_parameters = { for path in keys(local._operations) : path => flatten(regexall("\\{([^}+]+)\\+?\\}", path)) }
}
