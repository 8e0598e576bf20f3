# modules/function: what it may reach, SnapStart, retries. `scripts/terraform test -test-directory=tests/terraform`. Plans only, no account.
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
}

run "endpoints_alone_by_default" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.named) == 0 && length(aws_vpc_security_group_egress_rule.allow_listed) == 0 && aws_lambda_function.this.vpc_config[0].subnet_ids == toset(["subnet-0000000000000000a", "subnet-0000000000000000b"])
    error_message = "Nothing but endpoints is reached, from the private subnets, although there is a way out."
  }

  assert {
    condition     = length(aws_lambda_function.this.snap_start) == 0 && length(aws_lambda_function_event_invoke_config.this) == 0
    error_message = "Neither SnapStart nor retries of one's own."
  }
}

run "named_groups" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    egress = { database = { port = 5432, security_group_id = "sg-0000000000000000f" } }
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.named["database"].referenced_security_group_id == "sg-0000000000000000f" && aws_vpc_security_group_egress_rule.named["database"].from_port == 5432 && aws_vpc_security_group_egress_rule.named["database"].to_port == 5432 && aws_vpc_security_group_egress_rule.named["database"].cidr_ipv4 == null
    error_message = "One port of one group."
  }
}

run "allow_listed" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    allow_listed_egress = { subnet_ids = ["subnet-0000000000000000c", "subnet-0000000000000000d"] }
  }

  assert {
    condition     = aws_lambda_function.this.vpc_config[0].subnet_ids == toset(["subnet-0000000000000000c", "subnet-0000000000000000d"])
    error_message = "It stands in the subnets behind the firewall."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.allow_listed[0].cidr_ipv4 == "0.0.0.0/0" && aws_vpc_security_group_egress_rule.allow_listed[0].from_port == 443 && aws_vpc_security_group_egress_rule.allow_listed[0].to_port == 443 && aws_vpc_security_group_egress_rule.allow_listed[0].ip_protocol == "tcp"
    error_message = "443 and no other port, by TCP."
  }
}

run "snapshots_and_no_retries" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    snap_start           = true
    asynchronous_retries = 0
  }

  assert {
    condition     = aws_lambda_function.this.snap_start[0].apply_on == "PublishedVersions"
    error_message = "Published versions start from a snapshot."
  }

  assert {
    condition     = { for name, config in aws_lambda_function_event_invoke_config.this : name => [config.qualifier, tostring(config.maximum_retry_attempts)] } == { latest = ["$LATEST", "0"], live = ["live", "0"] }
    error_message = "No call is made again, by which name ever it came."
  }
}

run "refuses_a_way_out_that_is_not_there" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    allow_listed_egress = { subnet_ids = [] }
  }

  expect_failures = [var.allow_listed_egress]
}

run "refuses_a_way_out_beside_the_vpc" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    egress             = { database = { port = 5432, security_group_id = "sg-0000000000000000f" } }
    outside_vpc_reason = "Reads configuration of services that have no endpoint"
  }

  expect_failures = [var.egress]
}

run "refuses_a_range_of_addresses" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    egress = { all = { port = 443, security_group_id = "0.0.0.0/0" } }
  }

  expect_failures = [var.egress]
}

run "refuses_no_port_and_three_retries" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    egress               = { all = { port = 0, security_group_id = "sg-0000000000000000f" } }
    asynchronous_retries = 3
  }

  expect_failures = [var.egress, var.asynchronous_retries]
}

run "refuses_snapshots_of_node" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    snap_start = true
    runtime    = "nodejs22.x"
  }

  expect_failures = [var.snap_start]
}
