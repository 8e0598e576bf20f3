# modules/search_collection: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# A provider that does nothing, for what is known after apply alone.
mock_provider "aws" {
  alias = "pretended"

  mock_resource "aws_opensearchserverless_collection" {
    defaults = {
      arn                 = "arn:aws:aoss:us-east-1:123456789012:collection/abc123"
      collection_endpoint = "https://abc123.us-east-1.aoss.amazonaws.com"
      id                  = "abc123"
    }
  }

  mock_resource "aws_opensearchserverless_vpc_endpoint" {
    defaults = { id = "vpce-pretended" }
  }
}

variables {
  context          = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  name             = "chunks"
  kms_key_arn      = "arn:aws:kms:us-east-1:123456789012:key/phi"
  vpc_id           = "vpc-0123456789abcdef0"
  subnet_ids       = { us-east-1a = "subnet-a", us-east-1b = "subnet-b" }
  clients          = { rag-ingest = "sg-ingest", rag-retrieval = "sg-retrieval" }
  reader_role_arns = { rag-retrieval = "arn:aws:iam::123456789012:role/healthcare-rag-retrieval" }
  writer_role_arns = { rag-ingest = "arn:aws:iam::123456789012:role/healthcare-rag-ingest" }
}

run "encrypted_and_a_vector_collection" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  assert {
    condition     = aws_opensearchserverless_collection.this.name == "healthcare-chunks" && aws_opensearchserverless_collection.this.type == "VECTORSEARCH" && aws_opensearchserverless_collection.this.standby_replicas == "ENABLED" && output.name == "healthcare-chunks" && output.index_name == "chunks" && aws_opensearchserverless_collection.this.tags == tomap({ Project = "healthcare" })
    error_message = "The collection is named <prefix>-<name>, is for vectors, and a second zone stands by."
  }

  assert {
    condition = aws_opensearchserverless_security_policy.encryption.type == "encryption" && jsondecode(aws_opensearchserverless_security_policy.encryption.policy) == {
      Rules       = [{ ResourceType = "collection", Resource = ["collection/healthcare-chunks"] }]
      AWSOwnedKey = false
      KmsARN      = "arn:aws:kms:us-east-1:123456789012:key/phi"
    }
    error_message = "This collection, and no other, is encrypted with the given key."
  }
}

run "least_permissions_for_named_roles" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  assert {
    condition = aws_opensearchserverless_access_policy.this[0].type == "data" && jsondecode(aws_opensearchserverless_access_policy.this[0].policy) == [
      {
        Description = "readers"
        Rules       = [{ ResourceType = "index", Resource = ["index/healthcare-chunks/chunks"], Permission = ["aoss:ReadDocument"] }]
        Principal   = ["arn:aws:iam::123456789012:role/healthcare-rag-retrieval"]
      },
      {
        Description = "writers"
        Rules       = [{ ResourceType = "index", Resource = ["index/healthcare-chunks/chunks"], Permission = ["aoss:CreateIndex", "aoss:ReadDocument", "aoss:WriteDocument"] }]
        Principal   = ["arn:aws:iam::123456789012:role/healthcare-rag-ingest"]
      },
    ]
    error_message = "Readers read and writers write, in one index, and nobody is admitted by a pattern."
  }
}

run "choices_by_name" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  variables {
    clients          = {}
    index_name       = "notes"
    reader_role_arns = {}
    standby_replicas = false
  }

  assert {
    condition     = aws_opensearchserverless_collection.this.standby_replicas == "DISABLED" && length(aws_vpc_security_group_ingress_rule.clients) == 0
    error_message = "No second zone, and no client."
  }

  assert {
    condition     = [for statement in jsondecode(aws_opensearchserverless_access_policy.this[0].policy) : "${statement.Description} ${statement.Rules[0].Resource[0]}"] == ["writers index/healthcare-chunks/notes"]
    error_message = "Without readers there is no rule for them, and the index is the named one."
  }
}

run "nobody_without_roles" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  variables {
    reader_role_arns = {}
    writer_role_arns = {}
  }

  assert {
    condition     = length(aws_opensearchserverless_access_policy.this) == 0
    error_message = "A policy without principals can't be, and nobody has access."
  }
}

run "refuses_an_alias_a_pattern_and_other_ids" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  variables {
    clients          = { rag-retrieval = "rag-retrieval" }
    index_name       = "*"
    kms_key_arn      = "alias/phi"
    reader_role_arns = { everybody = "arn:aws:iam::123456789:role/*" }
    subnet_ids       = { us-east-1a = "vpc-0123456789abcdef0" }
    vpc_id           = "healthcare"
    writer_role_arns = { everybody = "*" }
  }

  expect_failures = [var.clients, var.index_name, var.kms_key_arn, var.reader_role_arns, var.subnet_ids, var.vpc_id, var.writer_role_arns]
}

run "refuses_roles_of_other_accounts_and_no_subnet" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  variables {
    reader_role_arns = { other = "arn:aws:iam::999999999999:role/reader" }
    subnet_ids       = {}
    writer_role_arns = { other = "arn:aws:iam::999999999999:role/writer" }
  }

  expect_failures = [var.reader_role_arns, var.subnet_ids, var.writer_role_arns]
}

run "refuses_capitals" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  variables {
    name = "Chunks"
  }

  expect_failures = [var.name]
}

run "refuses_a_long_name" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  variables {
    name = "chunks-of-clinical-documents"
  }

  expect_failures = [var.name]
}

run "refuses_an_account_of_9_digits" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  # Without roles: their rule looks at the account, and waits for a context that is right.
  variables {
    context          = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    reader_role_arns = {}
    writer_role_arns = {}
  }

  expect_failures = [var.context]
}

run "refuses_a_zone" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  # Without roles: their rule looks at the account, and waits for a context that is right.
  variables {
    context          = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    reader_role_arns = {}
    writer_role_arns = {}
  }

  expect_failures = [var.context]
}

run "refuses_an_unknown_partition" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  # Without roles: their rule looks at the account, and waits for a context that is right.
  variables {
    context          = { account_id = "123456789012", region = "us-east-1", partition = "gcp", name_prefix = "healthcare" }
    reader_role_arns = {}
    writer_role_arns = {}
  }

  expect_failures = [var.context]
}

run "refuses_a_prefix_with_capitals" {
  command = plan

  module {
    source = "./modules/search_collection"
  }

  # Without roles: their rule looks at the account, and waits for a context that is right.
  variables {
    context          = { account_id = "123456789012", region = "us-east-1", name_prefix = "Healthcare" }
    reader_role_arns = {}
    writer_role_arns = {}
  }

  expect_failures = [var.context]
}

# Applied to a provider that does nothing, because the policy names the endpoint by its id. It comes last: it leaves a state.
run "through_its_endpoint_alone" {
  command = apply

  module {
    source = "./modules/search_collection"
  }

  providers = { aws = aws.pretended }

  assert {
    condition = aws_opensearchserverless_security_policy.network.type == "network" && jsondecode(aws_opensearchserverless_security_policy.network.policy) == [{
      Description     = "Through the endpoint alone"
      Rules           = [{ ResourceType = "collection", Resource = ["collection/healthcare-chunks"] }]
      AllowFromPublic = false
      SourceVPCEs     = ["vpce-pretended"]
    }]
    error_message = "The collection is reached through this endpoint, and its dashboards are not reached at all."
  }

  assert {
    condition     = aws_opensearchserverless_vpc_endpoint.this.vpc_id == "vpc-0123456789abcdef0" && aws_opensearchserverless_vpc_endpoint.this.subnet_ids == toset(["subnet-a", "subnet-b"]) && aws_opensearchserverless_vpc_endpoint.this.security_group_ids == toset([aws_security_group.endpoint.id]) && output.vpc_endpoint_id == "vpce-pretended"
    error_message = "The endpoint is in the given subnets, behind its own security group."
  }

  assert {
    condition     = output.endpoint == "https://abc123.us-east-1.aoss.amazonaws.com" && output.host == "abc123.us-east-1.aoss.amazonaws.com" && output.arn == "arn:aws:aoss:us-east-1:123456789012:collection/abc123" && output.id == "abc123"
    error_message = "Address, host, ARN and id are the collection's."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.clients : name => "${rule.referenced_security_group_id} ${rule.ip_protocol} ${rule.from_port}-${rule.to_port}" if rule.security_group_id == aws_security_group.endpoint.id && rule.cidr_ipv4 == null } == { rag-ingest = "sg-ingest tcp 443-443", rag-retrieval = "sg-retrieval tcp 443-443" }
    error_message = "The named clients are let in on 443, and no range of addresses."
  }
}
