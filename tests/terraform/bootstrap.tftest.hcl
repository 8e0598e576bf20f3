# environments/bootstrap: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account_id  = "123456789012"
  environment = "prod"
  github      = { repository = "octo-org/octo-repo" }
  region      = "us-east-1"
}

run "takes_one_github_environment_a_role" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  assert {
    condition = { for role, made in aws_iam_role.this : role => jsondecode(made.assume_role_policy).Statement[0].Condition } == {
      apply = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:ref" = "refs/heads/main", "token.actions.githubusercontent.com:sub" = "repo:octo-org/octo-repo:environment:prod" } }
      audit = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:ref" = "refs/heads/main", "token.actions.githubusercontent.com:sub" = "repo:octo-org/octo-repo:environment:prod-audit" } }
      plan  = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:sub" = "repo:octo-org/octo-repo:environment:prod-plan" } }
    }
    error_message = "Each role takes the tokens of one environment of one repository: whole values, audience and subject. Apply and audit take those of one branch, too, should the environment have lost its protection: plan alone runs for pull requests."
  }

  assert {
    condition     = alltrue([for made in aws_iam_role.this : length(jsondecode(made.assume_role_policy).Statement) == 1 && jsondecode(made.assume_role_policy).Statement[0].Action == "sts:AssumeRoleWithWebIdentity" && jsondecode(made.assume_role_policy).Statement[0].Principal == { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }])
    error_message = "Nobody else gets in."
  }

  assert {
    condition     = { for role, made in aws_iam_role.this : role => made.max_session_duration } == { apply = 7200, audit = 3600, plan = 3600 }
    error_message = "Sessions end soon."
  }

  assert {
    condition     = one(aws_iam_openid_connect_provider.github).url == "https://token.actions.githubusercontent.com" && one(aws_iam_openid_connect_provider.github).client_id_list == toset(["sts.amazonaws.com"])
    error_message = "GitHub's provider, for STS alone."
  }

  assert {
    condition     = { for role, made in aws_iam_role.this : role => made.name } == { apply = "healthcare-terraform-apply", audit = "healthcare-hipaa-audit", plan = "healthcare-terraform-plan" }
    error_message = "The roles have the names that workflows and docs know."
  }
}

run "keeps_the_state_safe" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  assert {
    condition     = aws_s3_bucket.state.bucket == "healthcare-terraform-state-123456789012-us-east-1" && aws_s3_bucket.state.object_lock_enabled && !aws_s3_bucket.state.force_destroy
    error_message = "The bucket has the name that backends have, and a lock."
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.state.rule[0].default_retention[0].mode == "GOVERNANCE" && aws_s3_bucket_object_lock_configuration.state.rule[0].default_retention[0].days == 30 && aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 365
    error_message = "Versions are locked for a month, and stay for a year."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" && !one(aws_s3_bucket_server_side_encryption_configuration.state.rule).bucket_key_enabled
    error_message = "Objects are encrypted with the key, each for itself: the roles' policies tell one from another by it."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.state.block_public_acls && aws_s3_bucket_public_access_block.state.block_public_policy && aws_s3_bucket_public_access_block.state.ignore_public_acls && aws_s3_bucket_public_access_block.state.restrict_public_buckets
    error_message = "The bucket is closed to the public, in all four ways."
  }

  assert {
    condition     = aws_kms_key.state.enable_key_rotation && aws_kms_key.state.deletion_window_in_days == 30
    error_message = "The key rotates, and goes as late as it can."
  }

  # A deny for everybody on administration would lock everybody out: it names the three roles.
  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.state.policy).Statement : statement.Effect == "Deny" ? toset(statement.Condition.ArnEquals["aws:PrincipalArn"]) == toset(["arn:aws:iam::123456789012:role/healthcare-terraform-apply", "arn:aws:iam::123456789012:role/healthcare-terraform-plan", "arn:aws:iam::123456789012:role/healthcare-hipaa-audit"]) : statement == { Sid = "AccountDecidesByIam", Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "kms:*", Resource = "*" }])
    error_message = "The account's administrators keep the key; the roles are kept from it."
  }

  assert {
    condition     = output.backend == "bucket       = \"healthcare-terraform-state-123456789012-us-east-1\"\nkey          = \"prod/terraform.tfstate\"\nregion       = \"us-east-1\"\nencrypt      = true\nkms_key_id   = \"arn:aws:kms:us-east-1:123456789012:alias/healthcare-terraform-state\"\nuse_lockfile = true\n"
    error_message = "The backend's settings name bucket, key of the state, region, key of encryption and lock."
  }
}

run "reads_no_data" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  assert {
    condition = alltrue(flatten([for policy in aws_iam_policy.read : [for statement in jsondecode(policy.policy).Statement : [for action in statement.Action :
      can(regex("^[a-z0-9-]+:(Batch)?(Describe|Get|List|View)[A-Za-z]*$", action)) || action == "apigateway:GET" || (action == "kms:Decrypt" && try(statement.Condition.StringEquals["kms:ViaService"], "") == "lambda.us-east-1.amazonaws.com")
    ]]]))
    error_message = "Each action reads, by its whole name; the one that decrypts is Lambda's, for functions' variables."
  }

  assert {
    condition = length(setintersection(
      flatten([for policy in aws_iam_policy.read : [for statement in jsondecode(policy.policy).Statement : statement.Action]]),
      ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:Query", "dynamodb:Scan", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "s3:GetObject", "s3:GetObjectVersion", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ssm:GetParameter", "cognito-idp:ListUsers"],
    )) == 0
    error_message = "Of data: nothing."
  }

  assert {
    condition = alltrue(flatten([for policy in aws_iam_policy.read : [for statement in jsondecode(policy.policy).Statement : [for pair in setproduct(statement.Action, statement.Resource) :
      split(":", pair[0])[0] == try(split(":", pair[1])[2], split(":", pair[0])[0])
    ]]]))
    error_message = "No action stands beside a resource of another service, on which it would be a grant for nothing."
  }

  assert {
    condition     = alltrue([for policy in concat(values(aws_iam_policy.read), values(aws_iam_policy.write), [aws_iam_policy.roles, aws_iam_policy.audit]) : length(replace(policy.policy, "/\\s/", "")) <= 6144])
    error_message = "A managed policy has at most 6144 characters: split the group."
  }
}

# A bucket's or a function's own policy can let the apply role in without any policy of the role's, and it writes those policies:
# against that there is only a deny.
run "keeps_apply_from_data_that_resource_policies_would_open" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  override_resource {
    target          = aws_kms_key.state
    override_during = plan
    values          = { arn = "arn:aws:kms:us-east-1:123456789012:key/state" }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.guard.policy).Statement : statement if statement.Sid == "NoObjects"] == [{
      Sid         = "NoObjects"
      Effect      = "Deny"
      Action      = "s3:GetObject*"
      NotResource = ["arn:aws:s3:::healthcare-terraform-state-123456789012-us-east-1/prod/*.tfstate", "arn:aws:s3:::healthcare-terraform-state-123456789012-us-east-1/prod/*.tfstate.tflock", "arn:aws:s3:::healthcare-packages-123456789012/*"]
      Condition   = { StringEqualsIfExists = { "aws:ResourceAccount" = "123456789012" } }
    }]
    error_message = "Of the account's objects it reads its state and packages, whatever a bucket's policy says."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.guard.policy).Statement : statement if statement.Sid == "NoFunctions"] == [{
      Sid         = "NoFunctions"
      Effect      = "Deny"
      Action      = ["lambda:InvokeAsync", "lambda:InvokeFunction*"]
      NotResource = ["arn:aws:lambda:us-east-1:123456789012:function:healthcare-rag-migrations", "arn:aws:lambda:us-east-1:123456789012:function:healthcare-rag-migrations:*"]
    }]
    error_message = "It runs the function that lays out the database, by its whole name, and no other, whatever a function's policy says."
  }

  assert {
    condition     = setintersection(flatten([for statement in jsondecode(aws_iam_policy.guard.policy).Statement : statement.Action if statement.Effect == "Deny" && try(statement.Resource, "") == "*"]), ["aoss:APIAccessAll", "execute-api:*", "signer:StartSigningJob"]) == toset(["aoss:APIAccessAll", "execute-api:*", "signer:StartSigningJob"])
    error_message = "It asks neither the index nor the API, and signs nothing."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.guard.policy).Statement : statement if statement.Sid == "NobodyLockedOut"] == [{
      Sid       = "NobodyLockedOut"
      Effect    = "Deny"
      Action    = ["kms:CreateKey", "kms:PutKeyPolicy"]
      Resource  = "*"
      Condition = { Bool = { "kms:BypassPolicyLockoutSafetyCheck" = "true" } }
    }]
    error_message = "A key's policy leaves somebody of this account who can change it."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : { action = statement.Action, resource = statement.Resource } if statement.Sid == "NeverTheStatesBucket"] == [{ action = ["s3:CreateBucket", "s3:Put*"], resource = "arn:aws:s3:::healthcare-terraform-state-123456789012-us-east-1" }]
    error_message = "What the boundary allows for buckets of backups, it does not for the state's."
  }

  assert {
    condition     = alltrue([for policy in [aws_iam_policy.boundary, aws_iam_policy.guard] : length(policy.policy) <= 6144])
    error_message = "A managed policy has at most 6144 characters."
  }
}

run "ties_the_roles_to_the_repositorys_id" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    github = { repository = "octo-org/octo-repo", repository_id = "456789", create_oidc_provider = false }
  }

  assert {
    condition     = alltrue([for made in aws_iam_role.this : jsondecode(made.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:repository_id"] == "456789"]) && output.github_environments.apply.subject == "repo:octo-org/octo-repo:environment:prod"
    error_message = "A repository that takes over the name has another id."
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account has one provider for GitHub; one that is there is taken."
  }
}

run "takes_another_branch" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    github = { repository = "octo-org/octo-repo", branch = "release/2" }
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:ref"] == "refs/heads/release/2"
    error_message = "The branch is that of github.branch."
  }
}

run "takes_any_branch_where_sts_knows_none" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    github = { repository = "octo-org/octo-repo", branch = "" }
  }

  assert {
    condition     = alltrue([for made in aws_iam_role.this : toset(keys(jsondecode(made.assume_role_policy).Statement[0].Condition.StringEquals)) == toset(["token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub"])])
    error_message = "Without a branch, audience and subject stay."
  }
}

run "refuses_branches_that_are_a_pattern" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables { github = { repository = "octo-org/octo-repo", branch = "release/*" } }

  expect_failures = [var.github]
}

run "refuses_a_ref_for_a_branch" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables { github = { repository = "octo-org/octo-repo", branch = "refs/heads/main" } }

  expect_failures = [var.github]
}

run "takes_immutable_subjects" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    github = { repository = "octo-org/octo-repo", repository_id = "456789", owner_id = "123456" }
  }

  assert {
    condition     = output.github_environments.plan == { name = "prod-plan", subject = "repo:octo-org@123456/octo-repo@456789:environment:prod-plan" }
    error_message = "https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims"
  }
}

run "refuses_a_pattern_for_repositories_and_9_digits" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    account_id = "123456789"
    github     = { repository = "octo-org/*" }
    region     = "us-east-1a"
    partition  = "gcp"
  }

  expect_failures = [var.account_id, var.github, var.partition, var.region]
}

run "refuses_a_subject_in_place_of_a_repository_and_this_roots_own_folder" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    environment = "bootstrap"
    github      = { repository = "octo-org/octo-repo:ref:refs/heads/main" }
    name_prefix = "health--care"
  }

  expect_failures = [var.environment, var.github, var.name_prefix]
}

run "refuses_the_placeholder_an_environment_of_environments_and_no_session" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    environment     = "prod-plan"
    github          = { repository = "OWNER/NAME" }
    session_seconds = { plan = 900 }
    state           = { lock_days = 0 }
  }

  expect_failures = [var.environment, var.github, var.session_seconds, var.state]
}

run "refuses_an_owners_id_alone_and_a_key_that_goes_at_once" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    environment     = "prod*"
    github          = { repository = "octo-org/octo-repo", owner_id = "123456" }
    session_seconds = { apply = 43200 }
    state           = { key_deletion_days = 1 }
  }

  expect_failures = [var.environment, var.github, var.session_seconds, var.state]
}

run "refuses_an_id_that_is_a_pattern_and_a_prefix_too_long_for_the_bucket" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    github      = { repository = "octo-org/octo-repo", repository_id = "*" }
    name_prefix = "healthcare-of-the-northern-region"
    state       = { noncurrent_days = 7 }
  }

  expect_failures = [var.github, var.name_prefix, var.state]
}

run "refuses_a_repository_below_another_and_half_a_day" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    github = { repository = "octo-org/octo/repo" }
    state  = { noncurrent_days = 100.5 }
  }

  expect_failures = [var.github, var.state]
}

run "refuses_a_name_that_is_only_dots" {
  command = plan

  module {
    source = "./environments/bootstrap"
  }

  variables {
    github = { repository = "octo-org/.." }
  }

  expect_failures = [var.github]
}
