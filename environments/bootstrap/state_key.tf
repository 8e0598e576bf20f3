# A key of the state's own: a state holds every value of every resource, so who may read logs or records may not read it yet.
resource "aws_kms_key" "state" {
  description             = "Terraform's state"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = var.state.key_deletion_days

  policy = jsonencode({
    Version = "2012-10-17"
    Id      = local._key_alias
    Statement = [
      # Hands the decision to the account's IAM policies: a key whose policy names roles is lost with them.
      # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
      {
        Sid       = "AccountDecidesByIam"
        Effect    = "Allow"
        Principal = { AWS = "${local._iam_arn}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      # Whatever their own policies come to say. Administrators are not named, so nobody is locked out.
      {
        Sid       = "RolesAdministerNothing"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        NotAction = ["kms:Decrypt", "kms:Describe*", "kms:GenerateDataKey", "kms:Get*", "kms:List*"]
        Resource  = "*"
        Condition = { ArnEquals = { "aws:PrincipalArn" = values(local._role_arns) } }
      },
      {
        Sid       = "RolesUseItForStateAlone"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = {
          ArnEquals       = { "aws:PrincipalArn" = values(local._role_arns) }
          StringNotEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" }
        }
      },
    ]
  })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "state" {
  name          = local._key_alias
  target_key_id = aws_kms_key.state.key_id
}
