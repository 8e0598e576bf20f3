output "access_log_group_name" {
  description = "Log group of the access log."
  value       = aws_cloudwatch_log_group.access.name
}

output "alarm_names" {
  description = "Names of the API's alarms, by what they watch."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name }
}

output "api_id" {
  description = "Id of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "domain_target" {
  description = "Where the DNS record of the domain points (an alias record's name and zone id). Null without a domain."
  value       = one([for domain in aws_api_gateway_domain_name.this : { name = domain.regional_domain_name, zone_id = domain.regional_zone_id }])
}

output "execution_arn" {
  description = "ARN of the API's methods, for policies that let AWS services or roles call it."
  value       = aws_api_gateway_rest_api.this.execution_arn
}

output "execution_log_group_name" {
  description = "Log group of API Gateway's own messages."
  value       = aws_cloudwatch_log_group.execution.name
}

output "imported_document" {
  description = "The document as it was imported, JSON: with integrations, authorizer, validators, gateway responses and CORS."
  value       = local._body
}

output "invoke_url" {
  description = "Address of the API: the domain's, or else API Gateway's own with the stage."
  value       = var.domain == null ? aws_api_gateway_stage.this.invoke_url : "https://${var.domain.name}"
}

output "stage_arn" {
  description = "ARN of the stage."
  value       = aws_api_gateway_stage.this.arn
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "waf_log_group_name" {
  description = "Log group of the web ACL."
  value       = aws_cloudwatch_log_group.waf.name
}

output "web_acl_arn" {
  description = "ARN of the web ACL."
  value       = aws_wafv2_web_acl.this.arn
}
