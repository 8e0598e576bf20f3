# Clinical RAG in the root module: how questions are redacted, and by whom.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account_id = "123456789012"
  region     = "us-east-1"
  network = {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }
  patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }
  documents          = { package = { s3 = { bucket = "releases", key = "document_ingest.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
}

run "comprehend_medical_beside_the_patterns" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      redaction = { keep = ["DATE"], layers = ["comprehend", "patterns"] }
      store     = "s3"
    }
  }

  assert {
    condition     = local._rag_redaction_layers == ["patterns", "comprehend"] && contains(local._interface_endpoints, "comprehendmedical")
    error_message = "The patterns come first, and the service has its endpoint."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.rag_redaction[0].policy).Statement[*].Action == [["comprehendmedical:DetectPHI"]] && aws_iam_role_policy.rag_redaction[0].role == "healthcare-rag-orchestrator"
    error_message = "The orchestrator may have identifiers found, and nothing else there."
  }
}

run "patterns_alone_by_default" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      store = "s3"
    }
  }

  assert {
    condition     = local._rag_redaction_layers == ["patterns"] && length(aws_iam_role_policy.rag_redaction) == 0 && !contains(local._interface_endpoints, "comprehendmedical")
    error_message = "Nobody else sees the question to redact it."
  }
}

run "refuses_no_patterns" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { redaction = { layers = ["comprehend"] } }
  }
}

run "refuses_an_unknown_layer" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { redaction = { layers = ["patterns", "regex"] } }
  }
}

run "refuses_kinds_in_small_letters" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { redaction = { keep = ["date"] } }
  }
}

run "refuses_authorities_for_a_database_of_ones_own" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { database_ca_file = "ca.pem", database = { host = "h", name = "rag", master_secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:d-AbCdEf", resource_id = "cluster-ABC", security_group_id = "sg-0123456789abcdef0" } }
  }
}
