# The one ARN that can't be derived from a name: it ends with an id that OpenSearch Serverless makes up.
output "arn" {
  description = "ARN of the collection, known after apply: what aoss:APIAccessAll is to be allowed on."
  value       = aws_opensearchserverless_collection.this.arn
}

# Whoever has the address can get there.
output "endpoint" {
  description = "Address of the collection's API, with https://."
  value       = aws_opensearchserverless_collection.this.collection_endpoint
  depends_on  = [aws_opensearchserverless_access_policy.this, aws_vpc_security_group_ingress_rule.clients]
}

output "host" {
  description = "Host of the collection's API."
  value       = trimprefix(aws_opensearchserverless_collection.this.collection_endpoint, "https://")
}

output "id" {
  description = "Id of the collection, which its host begins with."
  value       = aws_opensearchserverless_collection.this.id
}

output "index_name" {
  description = "Name of the index that the roles may use."
  value       = var.index_name
}

output "name" {
  description = "Name of the collection: <name_prefix>-<name>."
  value       = local._name
}

output "security_group_id" {
  description = "Security group of the endpoint: clients let themselves out to it on 443."
  value       = aws_security_group.endpoint.id
}

output "vpc_endpoint_id" {
  description = "Id of the endpoint, through which alone the collection can be reached."
  value       = aws_opensearchserverless_vpc_endpoint.this.id
}
