# The apply role makes roles, so what it may make decides what it is. A role of its making can do no more than the boundary says,
# it is handed to no service but those of the stack, and nobody's else trust, policies or boundary is its to change.
locals {
  _services_with_roles = ["apigateway", "backup", "cloudtrail", "firehose", "lambda", "logs", "monitoring.rds", "vpc-flow-logs"]

  # Roles that AWS writes itself, each for one service. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
  _service_linked = [
    "access-analyzer", "backup", "inspector2", "guardduty", "malware-protection.guardduty", "network-firewall", "observability.aoss",
    "ops.apigateway", "rds", "restore-testing.backup", "route53resolver", "wafv2",
  ]

  _role_statements = [
    {
      Sid       = "WriteRolesWithinTheBoundary"
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      Resource  = local._stack_roles
      Condition = { StringEquals = { "iam:PermissionsBoundary" = local._boundary_arn } }
    },
    # iam:UpdateAssumeRolePolicy is not here: IAM can't hold it to roles with the boundary, and a role of somebody else's, whose
    # name begins alike, would be the apply role's by one call. A trust that changes is a role replaced (-replace).
    {
      Sid      = "DeleteAndTagRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription"]
      Resource = local._stack_roles
    },
    {
      Sid       = "HandRolesToTheStacksServices"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = local._stack_roles
      Condition = { StringEquals = { "iam:PassedToService" = [for service in local._services_with_roles : "${service}.amazonaws.com"] } }
    },
    # A policy does nothing until it is attached, and it can be attached to bounded roles alone.
    {
      Sid      = "WritePolicies"
      Effect   = "Allow"
      Action   = ["iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:ListPolicyVersions", "iam:TagPolicy", "iam:UntagPolicy"]
      Resource = local._stack_policy
    },
    {
      Sid       = "LetServicesHaveTheirRoles"
      Effect    = "Allow"
      Action    = "iam:CreateServiceLinkedRole"
      Resource  = "${local._iam_arn}:role/aws-service-role/*"
      Condition = { StringEquals = { "iam:AWSServiceName" = [for service in local._service_linked : "${service}.amazonaws.com"] } }
    },
  ]
}

resource "aws_iam_policy" "roles" {
  #checkov:skip=CKV_AWS_286:A role of its making can do what the boundary says and no more: escalation ends there (docs/bootstrap.md)
  #checkov:skip=CKV_AWS_289:Each permission that it manages is bounded
  name        = "${var.name_prefix}-terraform-write-roles"
  description = "What terraform apply may do with IAM: roles within the boundary, for the stack's services"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local._role_statements })
}

resource "aws_iam_role_policy_attachment" "roles" {
  role       = aws_iam_role.this["apply"].name
  policy_arn = aws_iam_policy.roles.arn
}
