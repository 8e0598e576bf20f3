# modules/network: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  subnets = {
    us-east-1a = { cidr = "10.0.0.0/20" }
    us-east-1b = { cidr = "10.0.16.0/20" }
  }
  interface_endpoints = ["events", "kms", "sqs"]
  log_kms_key_arn     = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "is_private_and_closed_by_default" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = aws_vpc.this.cidr_block == "10.0.0.0/16" && aws_vpc.this.enable_dns_support && aws_vpc.this.enable_dns_hostnames
    error_message = "The VPC must be 10.0.0.0/16 with DNS on."
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => [subnet.availability_zone, subnet.cidr_block] } == { us-east-1a = ["us-east-1a", "10.0.0.0/20"], us-east-1b = ["us-east-1b", "10.0.16.0/20"] }
    error_message = "Each zone must have its own subnet."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.private : !subnet.map_public_ip_on_launch])
    error_message = "No subnet may give out public addresses."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.private : subnet.timeouts.delete == "45m"]) && aws_security_group.endpoints.timeouts.delete == "45m"
    error_message = "Lambda needs up to 40 minutes to give its interfaces back."
  }

  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group must have no rule."
  }

  assert {
    condition     = length(aws_default_network_acl.closed.ingress) == 0 && length(aws_default_network_acl.closed.egress) == 0
    error_message = "The default network ACL must admit nothing."
  }

  assert {
    condition     = length(aws_default_route_table.closed.route) == 0
    error_message = "The default route table must have no route."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_flow_log.this.log_destination_type == "cloud-watch-logs" && aws_flow_log.this.max_aggregation_interval == 60
    error_message = "Flow logs must record all traffic, every minute."
  }

  assert {
    condition     = aws_cloudwatch_log_group.flow_logs.kms_key_id == var.log_kms_key_arn && aws_cloudwatch_log_group.flow_logs.retention_in_days == 2557
    error_message = "Flow logs must be encrypted with the given key and kept for 7 years."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.flow_logs.policy).Statement :
      statement.Resource == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vpc-flow-logs/healthcare:*" && !contains(statement.Action, "logs:CreateLogGroup")
    ])
    error_message = "The flow logs role may write to its own log group, and make none."
  }

  assert {
    condition     = jsondecode(aws_iam_role.flow_logs.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Only flow logs of this account may use the role."
  }

  assert {
    condition     = aws_iam_role.flow_logs.permissions_boundary == null
    error_message = "There is no boundary unless one is given."
  }
}

run "reaches_aws_by_endpoints_of_its_own_account_only" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = { for service, endpoint in aws_vpc_endpoint.gateway : service => [endpoint.service_name, endpoint.vpc_endpoint_type] } == { dynamodb = ["com.amazonaws.us-east-1.dynamodb", "Gateway"], s3 = ["com.amazonaws.us-east-1.s3", "Gateway"] }
    error_message = "S3 and DynamoDB must have gateway endpoints."
  }

  assert {
    condition     = { for service, endpoint in aws_vpc_endpoint.interface : service => [endpoint.service_name, endpoint.vpc_endpoint_type] } == { for service in ["events", "kms", "sqs"] : service => ["com.amazonaws.us-east-1.${service}", "Interface"] }
    error_message = "The named services, and no others, must have interface endpoints."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "Functions must find the endpoints by the usual names."
  }

  assert {
    condition = alltrue(flatten([
      for endpoint in concat(values(aws_vpc_endpoint.gateway), values(aws_vpc_endpoint.interface)) : [
        for statement in jsondecode(endpoint.policy).Statement :
        statement.Effect == "Allow" && statement.Condition.StringEquals == { "aws:PrincipalAccount" = "123456789012", "aws:ResourceAccount" = "123456789012" }
      ]
    ]))
    error_message = "Every statement of every endpoint policy must admit only callers of this account, to resources of this account."
  }

  assert {
    condition     = { for zone, rule in aws_vpc_security_group_ingress_rule.endpoints_from_subnets : zone => [rule.cidr_ipv4, rule.ip_protocol, tostring(rule.from_port), tostring(rule.to_port)] } == { us-east-1a = ["10.0.0.0/20", "tcp", "443", "443"], us-east-1b = ["10.0.16.0/20", "tcp", "443", "443"] }
    error_message = "Without clients' security groups, the private subnets alone may reach the endpoints, on 443."
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.endpoints_from_clients) == 0
    error_message = "No client group was given."
  }
}

run "admits_named_clients_instead_of_subnets" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    endpoint_client_security_group_ids = { patient-api = "sg-0123456789abcdef0" }
    interface_endpoints                = []
    log_retention_days                 = 0
    permissions_boundary_arn           = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.endpoints_from_subnets) == 0
    error_message = "Named clients replace the subnets."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.endpoints_from_clients : name => [rule.referenced_security_group_id, tostring(rule.from_port), tostring(rule.to_port)] } == { patient-api = ["sg-0123456789abcdef0", "443", "443"] }
    error_message = "The named client must be let in, on 443."
  }

  assert {
    condition     = aws_cloudwatch_log_group.flow_logs.retention_in_days == 0 && aws_iam_role.flow_logs.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "Retention and boundary must be as given."
  }

  assert {
    condition     = length(aws_vpc_endpoint.gateway) == 2 && length(aws_vpc_endpoint.interface) == 0
    error_message = "Without interface endpoints the gateways remain."
  }
}

# AWS refuses an endpoint for one subnet whose zone the service is not in.
run "puts_a_service_into_the_zones_that_offer_it" {
  command = plan

  module {
    source = "./modules/network"
  }

  override_resource {
    target          = aws_subnet.private["us-east-1a"]
    override_during = plan
    values          = { id = "subnet-a" }
  }

  override_resource {
    target          = aws_subnet.private["us-east-1b"]
    override_during = plan
    values          = { id = "subnet-b" }
  }

  variables {
    interface_endpoints                 = ["email", "kms"]
    interface_endpoint_zones_by_service = { email = ["us-east-1b"] }
  }

  assert {
    condition     = aws_vpc_endpoint.interface["email"].subnet_ids == toset(["subnet-b"]) && aws_vpc_endpoint.interface["kms"].subnet_ids == toset(["subnet-a", "subnet-b"])
    error_message = "The service stands in its own zones, and the others in all."
  }
}

run "has_no_way_to_the_internet" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = alltrue([for table in aws_route_table.private : length(table.route) == 0])
    error_message = "No route table may have a route of its own."
  }

  assert {
    condition     = alltrue([for rule in concat(values(aws_vpc_security_group_ingress_rule.endpoints_from_subnets), values(aws_vpc_security_group_ingress_rule.endpoints_from_clients)) : !contains(["0.0.0.0/0", "::/0"], coalesce(rule.cidr_ipv4, "none"))])
    error_message = "No security group may be open to the world."
  }

  assert {
    condition     = alltrue([for rule in aws_network_acl_rule.private : rule.from_port != 0 && rule.protocol == "tcp" && (rule.cidr_block == "10.0.0.0/16" || !rule.egress || rule.to_port == 443)])
    error_message = "The ACL may let nothing out of the VPC but 443, and never all ports."
  }
}

# Each validation has a run in which it alone refuses its variable. Runs carry several wrong variables, because each
# run starts the provider anew (1 s). Not subnets with context or vpc_cidr: a validation that refers to a variable which
# was refused isn't judged.

run "refuses_an_account_of_9_digits_and_a_key_alias" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    context         = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    log_kms_key_arn = "alias/healthcare-logs"
  }

  expect_failures = [var.context, var.log_kms_key_arn]
}

run "refuses_a_zone_as_region_and_a_full_service_name" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    context             = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    interface_endpoints = ["com.amazonaws.us-east-1.kms"]
  }

  expect_failures = [var.context, var.interface_endpoints]
}

run "refuses_an_unknown_partition_a_boundary_name_and_a_gateway_service" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    context                  = { account_id = "123456789012", region = "us-east-1", partition = "amazon", name_prefix = "healthcare" }
    permissions_boundary_arn = "boundary"
    interface_endpoints      = ["kms", "s3"]
  }

  expect_failures = [var.context, var.permissions_boundary_arn, var.interface_endpoints]
}

run "refuses_a_name_with_capitals_and_a_client_that_is_no_group" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    context                            = { account_id = "123456789012", region = "us-east-1", name_prefix = "health--care" }
    endpoint_client_security_group_ids = { patient-api = "10.0.0.0/20" }
  }

  expect_failures = [var.context, var.endpoint_client_security_group_ids]
}

run "refuses_short_retention_and_an_endpoint_zone_without_subnet" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    log_retention_days       = 365
    interface_endpoint_zones = ["us-east-1c"]
    # Of a service without an endpoint.
    interface_endpoint_zones_by_service = { email = ["us-east-1a"] }
  }

  expect_failures = [var.log_retention_days, var.interface_endpoint_zones, var.interface_endpoint_zones_by_service]
}

run "refuses_a_service_in_a_zone_without_subnet" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    interface_endpoints                 = ["email", "kms"]
    interface_endpoint_zones_by_service = { email = ["us-east-1c"] }
  }

  expect_failures = [var.interface_endpoint_zones_by_service]
}

run "refuses_a_service_in_no_zone" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    interface_endpoints                 = ["email", "kms"]
    interface_endpoint_zones_by_service = { email = [] }
  }

  expect_failures = [var.interface_endpoint_zones_by_service]
}

run "refuses_a_single_zone" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" } }
  }

  expect_failures = [var.subnets]
}

run "refuses_a_zone_of_another_region" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-west-2a = { cidr = "10.0.16.0/20" } }
  }

  expect_failures = [var.subnets]
}

run "refuses_a_subnet_below_28" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    subnets = { us-east-1a = { cidr = "10.0.0.0/29" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }

  expect_failures = [var.subnets]
}

run "refuses_a_subnet_with_host_bits" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    subnets = { us-east-1a = { cidr = "10.0.0.1/20" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }

  expect_failures = [var.subnets]
}

run "refuses_a_subnet_that_is_no_network" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    subnets = { us-east-1a = { cidr = "ten" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }

  expect_failures = [var.subnets]
}

run "refuses_a_subnet_outside_the_vpc" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.1.0.0/20" } }
  }

  expect_failures = [var.subnets]
}

run "refuses_overlapping_subnets" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    subnets = { us-east-1a = { cidr = "10.0.0.0/19" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }

  expect_failures = [var.subnets]
}

run "refuses_a_vpc_above_16" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    vpc_cidr = "10.0.0.0/8"
  }

  expect_failures = [var.vpc_cidr]
}

run "refuses_a_vpc_without_length" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    vpc_cidr = "10.0.0.0"
  }

  expect_failures = [var.vpc_cidr]
}
