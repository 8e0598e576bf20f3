locals {
  # Calls of Lambda itself on the function's behalf. EC2 knows no resource for most of them.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
  _network_interface_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]

  _network_statements = [
    {
      Sid      = "LambdaManagesNetworkInterfaces"
      Effect   = "Allow"
      Action   = local._network_interface_actions
      Resource = ["*"]
    },
    # The statement above is for Lambda, which calls before the function exists. A call from the function's own code
    # carries lambda:SourceFunctionArn and is refused.
    # https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
    {
      Sid       = "CodeManagesNoNetworkInterfaces"
      Effect    = "Deny"
      Action    = concat(local._network_interface_actions, ["ec2:DetachNetworkInterface"])
      Resource  = ["*"]
      Condition = { ArnLike = { "lambda:SourceFunctionArn" = [local._function_arn, "${local._function_arn}:*"] } }
    },
  ]

  _platform_statements = concat(
    [for statement in local._network_statements : statement if local._in_vpc],
    [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group:${local._log_group_name}:*"]
      },
      {
        Sid      = "WriteTraces" # X-Ray knows no resource for these
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      },
      # Lambda decrypts the variables as the role, in the name of this function alone.
      {
        Sid       = "DecryptEnvironment"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.platform.environment_key_arn]
        Condition = { ArnLike = { "kms:EncryptionContext:aws:lambda:FunctionArn" = [local._function_arn, "${local._function_arn}:*"] } }
      },
    ],
    [
      for arn in local._dead_letter_queue_arns : {
        Sid      = "SendDeadLetters"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [arn]
      }
    ],
    [
      for arn in local._dead_letter_queue_arns : {
        Sid       = "EncryptDeadLetters"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.platform.phi_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "sqs.${var.context.region}.amazonaws.com" } }
      }
    ],
    # What Lambda's pollers need, and no sqs:ChangeMessageVisibility: a message that failed comes back by the queue's own timeout.
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
    [
      for name, queue in var.queues : {
        Sid      = "Consume${replace(title(replace(name, "/[_-]/", " ")), " ", "")}"
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = [queue.queue_arn]
      }
    ],
    [
      for name, queue in var.queues : {
        Sid       = "Decrypt${replace(title(replace(name, "/[_-]/", " ")), " ", "")}"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [queue.key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "sqs.${var.context.region}.amazonaws.com" } }
      }
    ],
  )

  _workload_statements = [
    for name, statement in var.permissions : merge(
      {
        Sid      = replace(title(replace(name, "_", " ")), " ", "")
        Effect   = "Allow"
        Action   = sort(statement.actions)
        Resource = statement.resources
      },
      { for key, conditions in { Condition = statement.conditions } : key => conditions if length(conditions) > 0 },
    )
  ]
}

resource "aws_iam_role" "this" {
  name                 = local._function_name
  description          = "Execution role of the function ${local._function_name}, and of it alone"
  permissions_boundary = var.platform.permissions_boundary_arn
  tags                 = var.context.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Lambda"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# What every function needs.
resource "aws_iam_role_policy" "platform" {
  #checkov:skip=CKV_AWS_290:the network-interface and X-Ray calls know no resource; the first are denied to the function's own code
  #checkov:skip=CKV_AWS_355:the network-interface and X-Ray calls know no resource; the first are denied to the function's own code
  name   = "platform"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local._platform_statements })
}

# What this one was given.
resource "aws_iam_role_policy" "workload" {
  count = length(var.permissions) == 0 ? 0 : 1

  name   = "workload"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local._workload_statements })
}
