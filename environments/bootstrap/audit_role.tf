# `hipaa audit` and `hipaa drift`. The policy is what the catalogue's readers declare: `make docs` writes it, a test compares the
# two, and this root reads the same file (the link beside this one) as modules/compliance_auditor does.
resource "aws_iam_policy" "audit" {
  #checkov:skip=CKV_AWS_355:An audit sees every resource of the account; configuration only
  name        = "${var.name_prefix}-hipaa-audit-read-only"
  description = "What hipaa audit reads: configuration of every resource, and nothing that is kept in one"
  policy      = jsonencode(jsondecode(file("${path.module}/read_only_policy.json")))
}

# The plan role has it, too: drift is told from the state, which audit has no part of, and by `hipaa drift` from the account.
resource "aws_iam_role_policy_attachment" "audit" {
  for_each = toset(["audit", "plan"])

  role       = aws_iam_role.this[each.key].name
  policy_arn = aws_iam_policy.audit.arn
}
