# Medical documents in the root module: by themselves, and what they may and may never do.
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
}

run "off" {
  command = plan

  assert {
    condition     = length(module.document_ingest_function) == 0 && length(module.documents_table) == 0 && length(module.documents_bucket) == 0 && output.documents_bucket == null && length(local._documents_alarms) == 0
    error_message = "Documents that were not asked for leave nothing behind."
  }
}

run "by_themselves" {
  command = plan

  variables {
    documents = { package = { s3 = { bucket = "releases", key = "document_ingest.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
  }

  assert {
    condition     = local._interface_endpoints == toset(["events"])
    error_message = "The function calls EventBridge; DynamoDB and S3 have gateway endpoints."
  }
  assert {
    condition     = length(module.api) == 0 && length(module.patients_table) == 0 && length(module.hl7_queue) == 0 && length(module.clinical_events) == 1
    error_message = "Documents bring the bus, and neither an API nor another workload."
  }
  assert {
    condition     = keys(output.functions) == ["document_ingest"] && keys(output.tables) == ["audit", "documents"] && output.documents_bucket == "healthcare-documents-123456789012"
    error_message = "Outputs name what there is."
  }
  assert {
    condition     = local.documents_bucket_arn == module.documents_bucket[0].arn && local.documents_table_arn == module.documents_table[0].arn && local.documents_bucket_name == module.documents_bucket[0].name
    error_message = "The names that policies and the rule are derived from are those of the bucket and the table."
  }
  assert {
    condition     = toset([for name, alarm in output.alarm_names : name if startswith(name, "document")]) == toset(["document-ingest-dead-letters", "document-ingest-duration", "document-ingest-errors", "document-ingest-throttles", "documents-quarantined"])
    error_message = "Quarantine and dead letters ring."
  }
}

run "without_an_authority" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.documents]

  variables {
    documents          = {}
    patient_identifier = null
  }
}

run "an_unknown_label" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.documents]

  variables {
    documents = { default_access_label = "secret" }
  }
}

run "too_little_memory" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.documents]

  variables {
    documents = { memory_size = 512, maximum_megabytes = { ccda = 1, text = 1 } }
  }
}

run "files_larger_than_the_memory" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.documents]

  variables {
    documents = { maximum_megabytes = { ccda = 100 } }
  }
}

run "files_larger_than_the_disk" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.documents]

  variables {
    documents = { maximum_megabytes = { pdf = 500 } }
  }
}
