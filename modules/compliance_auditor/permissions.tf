# What the auditor may read: written by `hipaa iam-policy`, from what the catalogue's readers declare. `make docs` writes it anew,
# and a test compares the two.
#
# Its resource is *: the auditor is to see every resource of the account, those that nobody has told it of most of all. Many
# of the actions (lists, mostly) know no resource, and for the others a pattern over the whole account would allow the same.
# All of them read configuration. None reads a record, an object, a message, a log line or a secret's value.
locals {
  _policy = file("${path.module}/read_only_policy.json")
}

resource "aws_iam_policy" "read_only" {
  #checkov:skip=CKV_AWS_355:an audit sees every resource of the account; configuration only, and IAM-03 is waived by name
  name        = "${var.service}-read-only"
  description = "What hipaa audit reads: configuration of every resource, and nothing that is kept in one"
  policy      = jsonencode(jsondecode(local._policy))
  tags        = var.context.tags
}

resource "aws_iam_role_policy_attachment" "read_only" {
  role       = var.role_name
  policy_arn = aws_iam_policy.read_only.arn
}
