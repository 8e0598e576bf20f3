output "arn" {
  description = "ARN of the table."
  value       = aws_dynamodb_table.this.arn
}

output "index_arns" {
  description = "ARNs of the indexes, by name."
  value       = { for name in keys(var.global_secondary_indexes) : name => "${aws_dynamodb_table.this.arn}/index/${name}" }
}

output "name" {
  description = "Name of the table: <name_prefix>-<name>."
  value       = aws_dynamodb_table.this.name
}

output "stream_arn" {
  description = "ARN of the stream. Null where there is none."
  value       = var.stream_view_type == null ? null : aws_dynamodb_table.this.stream_arn
}
