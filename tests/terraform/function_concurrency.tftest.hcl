# modules/function: instances that stand warm, and how many may run at once.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1" }
  name    = "probe"
  handler = "probe.handler.handler"
  package = { s3 = { bucket = "releases", key = "probe.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
  platform = {
    alert_topic_arn            = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
    endpoint_security_group_id = "sg-0000000000000000e"
    environment_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/environment"
    logs_key_arn               = "arn:aws:kms:us-east-1:123456789012:key/logs"
    phi_key_arn                = "arn:aws:kms:us-east-1:123456789012:key/phi"
    prefix_list_ids            = { dynamodb = "pl-0000000000000000d", s3 = "pl-00000000000000003" }
    subnet_ids                 = ["subnet-0000000000000000a", "subnet-0000000000000000b"]
    vpc_id                     = "vpc-00000000000000001"
  }
  permissions = {
    read_patients = {
      actions    = ["dynamodb:GetItem"]
      resources  = ["arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients"]
      conditions = { StringEquals = { "aws:RequestedRegion" = ["us-east-1"] } }
    }
  }
}

run "warm_behind_the_alias" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    provisioned_concurrency = 3
  }

  assert {
    condition     = aws_lambda_provisioned_concurrency_config.live[0].provisioned_concurrent_executions == 3 && aws_lambda_provisioned_concurrency_config.live[0].qualifier == aws_lambda_alias.live.name
    error_message = "Three instances stand ready behind the alias that callers name."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.spillover[0].metric_name == "ProvisionedConcurrencySpilloverInvocations" &&
      aws_cloudwatch_metric_alarm.spillover[0].dimensions == tomap({ FunctionName = "healthcare-probe", Resource = "healthcare-probe:live" }) &&
      aws_cloudwatch_metric_alarm.spillover[0].alarm_actions == toset([var.platform.alert_topic_arn]) && output.alarm_names["spillover"] == "healthcare-probe-spillover"
    )
    error_message = "Calls that find none warm are heard of."
  }
}

run "none_by_default" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = length(aws_lambda_provisioned_concurrency_config.live) == 0 && length(aws_cloudwatch_metric_alarm.spillover) == 0
    error_message = "They are paid by the hour: none unless asked for."
  }
}

# As the provider writes it: `optional(number, 20)` of a caller's can't be told null, which is its default again.
run "none_reserved" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    provisioned_concurrency = 30
    reserved_concurrency    = -1
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1 && aws_lambda_provisioned_concurrency_config.live[0].provisioned_concurrent_executions == 30
    error_message = "Nothing is reserved, and what stands warm is a part of nothing."
  }
}

# A new account refuses every reservation: one switch for all functions that stand on the platform.
run "none_reserved_on_this_platform" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    platform             = merge(var.platform, { reserve_concurrency = false })
    reserved_concurrency = 7
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "Nothing is reserved, whatever the function asks for."
  }
}

run "reserved_unless_the_platform_says_no" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    reserved_concurrency = 7
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 7
    error_message = "A platform that says nothing lets each reserve its own."
  }
}

run "refuses_less_than_none" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.reserved_concurrency]

  variables {
    reserved_concurrency = -2
  }
}

run "refuses_half_a_reservation" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.reserved_concurrency]

  variables {
    reserved_concurrency = 2.5
  }
}

run "refuses_half_an_instance" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.provisioned_concurrency]

  variables {
    provisioned_concurrency = 1.5
  }
}

run "refuses_none_as_a_number" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.provisioned_concurrency]

  variables {
    provisioned_concurrency = 0
  }
}

run "refuses_more_than_is_reserved" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.provisioned_concurrency]

  variables {
    provisioned_concurrency = 21
  }
}

run "refuses_them_with_snap_start" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.provisioned_concurrency]

  variables {
    provisioned_concurrency = 2
    snap_start              = true
  }
}

run "refuses_a_spillover_that_never_alarms" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.alarms]

  variables {
    alarms = { spillover = { threshold = 0 } }
  }
}

run "refuses_a_period_that_cloudwatch_has_not" {
  command = plan

  module {
    source = "./modules/function"
  }

  expect_failures = [var.alarms]

  variables {
    alarms = { spillover = { period = 7 } }
  }
}
