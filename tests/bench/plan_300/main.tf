# 300 resources as a serverless workload has them: 30 functions, each with what it needs. Never applied.
terraform {
  required_version = ">= 1.9.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}

locals {
  functions = toset([for number in range(30) : format("function-%02d", number)])
}

resource "aws_kms_key" "data" {
  for_each            = local.functions
  enable_key_rotation = true
}

resource "aws_iam_role" "function" {
  for_each = local.functions
  name     = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions
  name     = "own"
  role     = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.patients[each.key].arn }]
  })
}

resource "aws_dynamodb_table" "patients" {
  for_each                    = local.functions
  name                        = "patients-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data[each.key].arn
  }
}

resource "aws_sqs_queue" "dead_letters" {
  for_each          = local.functions
  name              = "${each.key}-dead-letters"
  kms_master_key_id = aws_kms_key.data[each.key].arn
}

resource "aws_cloudwatch_log_group" "function" {
  for_each          = local.functions
  name              = "/aws/lambda/${each.key}"
  kms_key_id        = aws_kms_key.data[each.key].arn
  retention_in_days = 2557
}

resource "aws_lambda_function" "function" {
  for_each                       = local.functions
  function_name                  = each.key
  role                           = aws_iam_role.function[each.key].arn
  runtime                        = "python3.13"
  handler                        = "handler.handler"
  filename                       = "${path.module}/main.tf" # never read: nothing is applied
  kms_key_arn                    = aws_kms_key.data[each.key].arn
  reserved_concurrent_executions = 5
  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters[each.key].arn
  }
  environment {
    variables = { PATIENT_TABLE = aws_dynamodb_table.patients[each.key].name }
  }
  tracing_config {
    mode = "Active"
  }
}

locals {
  alarms = {
    for pair in setproduct(local.functions, ["Errors", "Throttles", "Duration"]) :
    "${pair[0]}-${pair[1]}" => { function = pair[0], metric = pair[1] }
  }
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each            = local.alarms
  alarm_name          = each.key
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  statistic           = each.value.metric == "Duration" ? "Average" : "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = each.value.metric == "Duration" ? 2000 : 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions          = { FunctionName = each.value.function }
}
