# GitHub's tokens are exchanged for sessions of the three roles. Each role takes the tokens of one GitHub environment of one
# repository: whoever else has a token of the same issuer, be it of a pull request of this repository, is refused.
locals {
  _issuer       = "token.actions.githubusercontent.com"
  _audience     = "sts.amazonaws.com"
  _provider_arn = "${local._iam_arn}:oidc-provider/${local._issuer}"

  _repository = split("/", var.github.repository)
  # https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
  _subject_repository = var.github.owner_id == null ? var.github.repository : "${local._repository[0]}@${var.github.owner_id}/${local._repository[1]}@${var.github.repository_id}"
  _github_environments = {
    apply = var.environment # protected by reviewers and by its branch, in GitHub's settings: docs/bootstrap.md
    audit = "${var.environment}-audit"
    plan  = "${var.environment}-plan"
  }
  _subjects = { for role, environment in local._github_environments : role => "repo:${local._subject_repository}:environment:${environment}" }

  # Whole values and StringEquals: no pattern, nothing that a missing claim would pass.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
  _trust_policies = {
    for role, subject in local._subjects : role => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "OneEnvironmentOfOneRepository"
        Effect    = "Allow"
        Principal = { Federated = local._provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = merge(
            { "${local._issuer}:aud" = local._audience, "${local._issuer}:sub" = subject },
            # Pull requests are planned, and nothing else. An environment can lose its protection, or be made without one by a
            # workflow that names it: then any branch would get its tokens.
            role == "plan" || var.github.branch == "" ? {} : { "${local._issuer}:ref" = "refs/heads/${var.github.branch}" },
            var.github.repository_id == null ? {} : { "${local._issuer}:repository_id" = var.github.repository_id },
          )
        }
      }]
    })
  }
}

# No thumbprint: AWS trusts the certificate authorities of GitHub's by its own store, and ignores what stands here.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
resource "aws_iam_openid_connect_provider" "github" {
  count = var.github.create_oidc_provider ? 1 : 0

  url            = "https://${local._issuer}"
  client_id_list = [local._audience]
}

resource "aws_iam_role" "this" {
  for_each = local._trust_policies

  name                 = local._role_names[each.key]
  description          = "GitHub's environment ${local._github_environments[each.key]} of ${var.github.repository}: terraform ${each.key}"
  assume_role_policy   = each.value
  max_session_duration = var.session_seconds[each.key]

  depends_on = [aws_iam_openid_connect_provider.github] # IAM refuses to trust a provider that is not there.
}
