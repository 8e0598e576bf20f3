# Of the state, each role has what its work takes: plan reads and locks, apply writes as well, audit has none of it.
locals {
  _state_access = {
    plan = {
      objects = ["s3:GetObject"]
      keys    = [local._state_objects, local._lock_objects]
    }
    apply = {
      objects = ["s3:GetObject", "s3:PutObject"]
      keys    = [local._state_objects, local._lock_objects]
    }
  }
}

resource "aws_iam_role_policy" "state" {
  for_each = local._state_access

  name = "state"
  role = aws_iam_role.this[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "State"
        Effect   = "Allow"
        Action   = each.value.objects
        Resource = local._state_objects
      },
      {
        Sid      = "Locks"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = local._lock_objects
      },
      {
        Sid      = "KeyOfState"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = aws_kms_key.state.arn
        Condition = {
          StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" }
          ArnLike      = { "kms:EncryptionContext:aws:s3:arn" = each.value.keys }
        }
      },
    ]
  })
}
