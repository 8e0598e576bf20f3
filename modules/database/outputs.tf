output "alarm_names" {
  description = "Names of the alarms, by what they watch: capacity, connections, deadlocks, free_local_storage, free_memory."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name }
}

output "client_rule_ids" {
  description = "Ids of the rules that let the clients in, by the names in `clients`: what must connect at once waits for them."
  value       = { for name, rule in aws_vpc_security_group_ingress_rule.clients : name => rule.id }
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_rds_cluster.this.arn
}

output "cluster_identifier" {
  description = "Identifier of the cluster: <name_prefix>-<name>."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "cluster_resource_id" {
  description = "The id that rds-db:connect names: arn:aws:rds-db:REGION:ACCOUNT:dbuser:<cluster_resource_id>/<user>."
  value       = aws_rds_cluster.this.cluster_resource_id
}

# Whoever has the address finds an instance behind it.
output "host" {
  description = "Address of the instance that writes."
  value       = aws_rds_cluster.this.endpoint
  depends_on  = [aws_rds_cluster_instance.this]
}

output "log_group_name" {
  description = "Name of PostgreSQL's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "master_secret_arn" {
  description = "ARN of the master user's secret, which RDS made and rotates."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}

output "name" {
  description = "Name of the database."
  value       = aws_rds_cluster.this.database_name
}

output "port" {
  description = "Port of the database."
  value       = var.port
}

output "reader_host" {
  description = "Address of the instances that only read, or of the writer where it is alone."
  value       = aws_rds_cluster.this.reader_endpoint
  depends_on  = [aws_rds_cluster_instance.this]
}

output "security_group_id" {
  description = "Id of the database's security group: let clients send to `port` of it."
  value       = aws_security_group.this.id
}
