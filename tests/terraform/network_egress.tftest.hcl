# modules/network with a way out: TLS to named hosts, and nothing besides. Plans only, no account.
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
  interface_endpoints = ["kms", "lambda"]
  log_kms_key_arn     = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  egress              = { hosts = ["api.openai.com"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
}

run "there_is_none_unless_asked_for" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = null
  }

  assert {
    condition = sum([for made in [
      aws_internet_gateway.egress, aws_eip.nat, aws_nat_gateway.egress, aws_subnet.egress, aws_subnet.firewall, aws_subnet.public, aws_route_table.egress,
      aws_networkfirewall_firewall.egress, aws_route53_resolver_firewall_rule_group.egress, aws_cloudwatch_log_group.firewall, aws_network_acl_rule.egress,
    ] : length(made)]) == 0
    error_message = "Without egress there is no internet gateway, no address, no subnet and no firewall."
  }

  assert {
    condition     = output.egress_subnet_ids == {} && output.egress_public_ips == {} && output.egress_firewall == null
    error_message = "Outputs of what is off are empty."
  }
}

run "lets_out_tls_to_the_named_hosts_alone" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["us.api.openai.com", "api.openai.com"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  assert {
    condition = aws_networkfirewall_rule_group.egress[0].rule_group[0].rules_source[0].rules_string == join("\n", [
      "drop udp any any -> any any (msg:\"UDP\"; sid:1; rev:1;)",
      "drop icmp any any -> any any (msg:\"ICMP\"; sid:2; rev:1;)",
      "drop tcp $HOME_NET any -> any !443 (msg:\"not 443\"; sid:3; rev:1;)",
      "pass tls $HOME_NET any -> any 443 (msg:\"api.openai.com\"; tls.sni; content:\"api.openai.com\"; startswith; endswith; nocase; flow:to_server,established; sid:100; rev:1;)",
      "pass tls $HOME_NET any -> any 443 (msg:\"us.api.openai.com\"; tls.sni; content:\"us.api.openai.com\"; startswith; endswith; nocase; flow:to_server,established; sid:101; rev:1;)",
    ])
    error_message = "One pass rule a host, whole names, on 443; other protocols and ports are dropped."
  }

  assert {
    condition     = aws_networkfirewall_rule_group.egress[0].type == "STATEFUL" && aws_networkfirewall_rule_group.egress[0].rule_group[0].stateful_rule_options[0].rule_order == "STRICT_ORDER"
    error_message = "Rules are judged in their order."
  }

  assert {
    condition     = one(aws_networkfirewall_rule_group.egress[0].rule_group[0].rule_variables[0].ip_sets).ip_set[0].definition == toset(["10.0.240.0/23", "10.0.242.0/23"])
    error_message = "What is let out comes from the egress subnets."
  }

  assert {
    condition = alltrue([for policy in aws_networkfirewall_firewall_policy.egress[0].firewall_policy : policy.stateful_default_actions == toset(["aws:alert_established", "aws:drop_established"]) &&
      policy.stateless_default_actions == toset(["aws:forward_to_sfe"]) && policy.stateless_fragment_default_actions == toset(["aws:drop"]) &&
    policy.stateful_engine_options[0].rule_order == "STRICT_ORDER" && policy.stateful_engine_options[0].stream_exception_policy == "DROP"])
    error_message = "What no rule lets through is dropped and recorded; a stream that was lost sight of, too."
  }

  assert {
    condition = alltrue([for encrypted in [aws_networkfirewall_rule_group.egress[0], aws_networkfirewall_firewall_policy.egress[0], aws_networkfirewall_firewall.egress[0]] :
    encrypted.encryption_configuration[0].type == "CUSTOMER_KMS" && encrypted.encryption_configuration[0].key_id == var.egress.kms_key_arn])
    error_message = "The firewall's configuration is encrypted with the given key."
  }

  assert {
    condition     = aws_networkfirewall_firewall.egress[0].delete_protection && aws_networkfirewall_firewall.egress[0].firewall_policy_change_protection && aws_networkfirewall_firewall.egress[0].subnet_change_protection
    error_message = "The firewall is protected against deletion and against a change of its policy or subnets."
  }
}

run "records_what_it_refuses" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition = { for name, group in aws_cloudwatch_log_group.firewall : name => [group.name, group.kms_key_id, tostring(group.retention_in_days)] } == {
      alert = ["/aws/network-firewall/healthcare/alert", var.log_kms_key_arn, "2557"]
      dns   = ["/aws/route53-resolver/healthcare", var.log_kms_key_arn, "2557"]
      flow  = ["/aws/network-firewall/healthcare/flow", var.log_kms_key_arn, "2557"]
    }
    error_message = "Alerts, flows and DNS queries have log groups, encrypted and kept for 7 years."
  }

  assert {
    condition = { for destination in aws_networkfirewall_logging_configuration.egress[0].logging_configuration[0].log_destination_config : destination.log_type => destination.log_destination.logGroup } == {
      ALERT = "/aws/network-firewall/healthcare/alert", FLOW = "/aws/network-firewall/healthcare/flow"
    }
    error_message = "Alerts and flows are written."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_cloudwatch_log_resource_policy.firewall[0].policy_document).Statement :
      statement.Principal == { Service = "delivery.logs.amazonaws.com" } && statement.Condition.StringEquals == { "aws:SourceAccount" = "123456789012" } &&
    alltrue([for resource in statement.Resource : startswith(resource, "arn:aws:logs:us-east-1:123456789012:log-group:/aws/")])])
    error_message = "Log delivery may write to these groups, for this account."
  }
}

run "answers_for_no_other_name" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], private_names = ["model.internal.example"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  assert {
    condition = aws_route53_resolver_firewall_domain_list.egress["resolved"].domains == toset([
      "api.openai.com.", "model.internal.example.",
      "*.dynamodb.us-east-1.amazonaws.com.", "dynamodb.us-east-1.amazonaws.com.", "*.kms.us-east-1.amazonaws.com.", "kms.us-east-1.amazonaws.com.",
      "*.lambda.us-east-1.amazonaws.com.", "lambda.us-east-1.amazonaws.com.", "*.s3.us-east-1.amazonaws.com.", "s3.us-east-1.amazonaws.com.",
      "*.us-east-1.aoss.amazonaws.com.", "*.us-east-1.rds.amazonaws.com.",
      # SDKs call DynamoDB by the account, and S3 of us-east-1 by its name without a region.
      "*.ddb.us-east-1.amazonaws.com.", "*.s3.amazonaws.com.", "s3.amazonaws.com.",
    ])
    error_message = "The hosts and the endpoints' names are answered for, under every name that SDKs call them by."
  }

  assert {
    condition     = aws_route53_resolver_firewall_domain_list.egress["all"].domains == toset(["*."]) && aws_route53_resolver_firewall_rule.block[0].action == "BLOCK" && aws_route53_resolver_firewall_rule.block[0].block_response == "NXDOMAIN"
    error_message = "Every other name is blocked."
  }

  assert {
    condition     = aws_route53_resolver_firewall_rule.resolve[0].action == "ALLOW" && aws_route53_resolver_firewall_rule.resolve[0].priority < aws_route53_resolver_firewall_rule.block[0].priority && aws_route53_resolver_firewall_rule.resolve[0].firewall_domain_redirection_action == "TRUST_REDIRECTION_DOMAIN"
    error_message = "The named come first, and what their names lead to is not judged again."
  }

  assert {
    condition     = aws_route53_resolver_firewall_config.egress[0].firewall_fail_open == "DISABLED" && aws_route53_resolver_firewall_rule_group_association.egress[0].mutation_protection == "ENABLED"
    error_message = "A DNS firewall that can't judge answers nothing, and can't be taken away by the way."
  }

  assert {
    condition     = length(aws_route53_resolver_query_log_config.egress) == 1 && length(aws_route53_resolver_query_log_config_association.egress) == 1
    error_message = "Queries are recorded."
  }
}

run "keeps_the_private_subnets_without_a_route" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = alltrue([for table in aws_route_table.private : length(table.route) == 0])
    error_message = "The private subnets have no route, egress or not."
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.egress : zone => subnet.cidr_block } == { us-east-1a = "10.0.240.0/23", us-east-1b = "10.0.242.0/23" } && { for zone, subnet in aws_subnet.firewall : zone => subnet.cidr_block } == { us-east-1a = "10.0.254.0/28", us-east-1b = "10.0.254.32/28" } && { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { us-east-1a = "10.0.254.16/28", us-east-1b = "10.0.254.48/28" }
    error_message = "Functions, firewalls and NAT have subnets of their own in the last sixteenth of the VPC."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.egress), values(aws_subnet.firewall), values(aws_subnet.public)) : !subnet.map_public_ip_on_launch])
    error_message = "No subnet gives out public addresses."
  }

  assert {
    condition = alltrue([for table in aws_route_table.egress : alltrue([for route in table.route : route.cidr_block == "0.0.0.0/0" && (route.gateway_id == "" || route.gateway_id == null) &&
    (route.nat_gateway_id == "" || route.nat_gateway_id == null)])])
    error_message = "The way out of the egress subnets is a firewall's endpoint: neither NAT nor the internet gateway beside it."
  }

  assert {
    condition     = alltrue([for rule in aws_network_acl_rule.egress : rule.protocol == "tcp" && (rule.cidr_block == "10.0.0.0/16" || !rule.egress || rule.from_port == 443 && rule.to_port == 443)])
    error_message = "The ACL lets nothing out of the VPC but TCP to 443."
  }

  assert {
    condition     = { for zone, rule in aws_vpc_security_group_ingress_rule.endpoints_from_subnets : zone => rule.cidr_ipv4 } == { us-east-1a = "10.0.0.0/20", us-east-1a-egress = "10.0.240.0/23", us-east-1b = "10.0.16.0/20", us-east-1b-egress = "10.0.242.0/23" }
    error_message = "Functions in the egress subnets reach the endpoints, too."
  }
}

run "one_zone_for_all_is_cheaper" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { cidr = "10.0.64.0/22", deletion_protection = false, hosts = ["api.openai.com"], zones = ["us-east-1b"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  assert {
    condition     = keys(aws_nat_gateway.egress) == ["us-east-1b"] && keys(aws_subnet.firewall) == ["us-east-1b"] && keys(aws_subnet.egress) == ["us-east-1a", "us-east-1b"]
    error_message = "One firewall and one NAT gateway serve functions in two zones."
  }

  assert {
    condition     = aws_subnet.egress["us-east-1a"].cidr_block == "10.0.64.0/25" && aws_subnet.firewall["us-east-1b"].cidr_block == "10.0.67.160/28"
    error_message = "The range is the one that was named."
  }

  assert {
    condition     = !aws_networkfirewall_firewall.egress[0].delete_protection && aws_route53_resolver_firewall_rule_group_association.egress[0].mutation_protection == "DISABLED"
    error_message = "What is worth nothing can be taken down."
  }

  assert {
    condition     = output.egress_firewall.zones == tolist(["us-east-1b"]) && output.egress_firewall.name == "healthcare-egress"
    error_message = "The output says where the firewall stands."
  }
}

run "narrow_endpoint_policies_name_what_may_be_used" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress              = null
    interface_endpoints = ["bedrock-runtime", "kms"]
    endpoint_statements = { bedrock-runtime = { actions = ["bedrock:InvokeModel"], resources = ["arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-120b-1:0"] } }
  }

  assert {
    condition = jsondecode(aws_vpc_endpoint.interface["bedrock-runtime"].policy).Statement == [{
      Sid       = "OwnPrincipalsToNamedResources"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["bedrock:InvokeModel"]
      Resource  = ["arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-120b-1:0"]
      Condition = { StringEquals = { "aws:PrincipalAccount" = "123456789012" } }
    }]
    error_message = "This account's callers, one action, one model."
  }

  assert {
    condition     = jsondecode(aws_vpc_endpoint.interface["kms"].policy).Statement[0].Condition.StringEquals == { "aws:PrincipalAccount" = "123456789012", "aws:ResourceAccount" = "123456789012" }
    error_message = "Other endpoints keep the usual policy."
  }
}

run "refuses_a_statement_without_endpoint" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    endpoint_statements = { bedrock-runtime = { actions = ["bedrock:InvokeModel"], resources = ["arn:aws:bedrock:us-east-1::foundation-model/m"] } }
  }

  expect_failures = [var.endpoint_statements]
}

run "refuses_a_statement_on_everything" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    endpoint_statements = { kms = { actions = ["kms:GenerateMac"], resources = ["arn:aws:kms:us-east-1:123456789012:key/*"] } }
  }

  expect_failures = [var.endpoint_statements]
}

run "refuses_a_wildcard" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["*.openai.com"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_an_address" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["203.0.113.7"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_capitals" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["API.openai.com"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_dot_at_the_end" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com."], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_url" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["https://api.openai.com"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_name_without_a_domain" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["localhost"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_private_name_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], private_names = ["*.example"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_an_empty_list" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = [], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_key_alias" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], kms_key_arn = "alias/aws/network-firewall" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_zone_without_subnet" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], zones = ["us-east-1c"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_range_outside_the_vpc" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], cidr = "10.1.0.0/20", kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_small_range" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], cidr = "10.0.240.0/24", kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_range_with_host_bits" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], cidr = "10.0.240.1/20", kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}

run "refuses_a_range_over_a_subnet" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    egress = { hosts = ["api.openai.com"], cidr = "10.0.16.0/22", kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555" }
  }

  expect_failures = [var.egress]
}
