# Derived from the name, so that policies which name the table are known at plan.
output "arn" {
  description = "ARN of the table."
  value       = local._table_arn
  depends_on  = [aws_dynamodb_table.this]
}

output "index_arns" {
  description = "ARNs of the indexes, by name."
  value       = { for name in keys(var.global_secondary_indexes) : name => "${local._table_arn}/index/${name}" }
  depends_on  = [aws_dynamodb_table.this]
}

output "name" {
  description = "Name of the table: <name_prefix>-<name>."
  value       = aws_dynamodb_table.this.name
}

output "stream_arn" {
  description = "ARN of the stream. Null where there is none."
  value       = var.stream_view_type == null ? null : aws_dynamodb_table.this.stream_arn
}
