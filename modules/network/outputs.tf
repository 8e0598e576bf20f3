output "default_security_group_id" {
  description = "Id of the VPC's default security group, which has no rule."
  value       = aws_default_security_group.closed.id
}

output "egress_firewall" {
  description = "The firewall on the way out: its name, the zones it stands in, its log groups (alert, flow, dns). Null where there is no way out."
  value = one([for firewall in aws_networkfirewall_firewall.egress : {
    log_group_names = { for name, group in aws_cloudwatch_log_group.firewall : name => group.name }
    name            = firewall.name
    zones           = sort(local._firewall_zones)
  }])
}

output "egress_public_ips" {
  description = "Addresses from which the hosts outside see requests come, by zone: for allow-lists of theirs."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}

# Whoever is put there finds the way out as it is meant to be.
output "egress_subnet_ids" {
  description = "Ids of the subnets from which the allow-listed hosts can be reached, by zone. Empty without egress."
  value       = { for zone, subnet in aws_subnet.egress : zone => subnet.id }
  depends_on  = [aws_route_table_association.egress, aws_network_acl_rule.egress]
}

output "endpoint_security_group_id" {
  description = "Id of the security group of the interface endpoints: let functions send 443 to it."
  value       = aws_security_group.endpoints.id
}

output "flow_log_group_arn" {
  description = "ARN of the flow logs' log group."
  value       = aws_cloudwatch_log_group.flow_logs.arn
}

output "flow_log_group_name" {
  description = "Name of the flow logs' log group."
  value       = aws_cloudwatch_log_group.flow_logs.name
}

output "gateway_endpoint_ids" {
  description = "Ids of the gateway endpoints: `dynamodb` and `s3`."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.id }
}

output "gateway_endpoint_prefix_list_ids" {
  description = "Prefix lists of the gateway endpoints, `dynamodb` and `s3`: let functions send 443 to them."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.prefix_list_id }
}

output "interface_endpoint_ids" {
  description = "Ids of the interface endpoints, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id }
}

output "route_table_ids" {
  description = "Ids of the private subnets' route tables, by zone."
  value       = { for zone, table in aws_route_table.private : zone => table.id }
}

output "subnet_arns" {
  description = "ARNs of the private subnets, by zone."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.arn }
}

output "subnet_ids" {
  description = "Ids of the private subnets, by zone. Use `values()` where a list is asked for."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "vpc_arn" {
  description = "ARN of the VPC."
  value       = aws_vpc.this.arn
}

output "vpc_cidr" {
  description = "IPv4 range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}
