# Clinical RAG in the root module: what does not plan. Each validation of var.rag has a run in which it alone refuses.
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

run "refuses_without_documents" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    documents = null
    rag       = {}
  }
}

run "refuses_an_unknown_store" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { store = "mysql" }
  }
}

run "refuses_pinecone_without_index" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { store = "pinecone" }
  }
}

run "refuses_pinecone_without_acknowledgement" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { store = "pinecone", pinecone = { host = "c-1.svc.a.pinecone.io", secret = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:p-AbCdEf" } } }
  }
}

run "refuses_pinecone_anywhere" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { store = "pinecone", pinecone = { acknowledge_business_associate_agreement = true, host = "*.pinecone.io", secret = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:p-AbCdEf" } } }
  }
}

run "refuses_a_secret_in_plain_text" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "openai", model = { id = "m", secret = { arn = "not-an-arn" } }, embeddings = { model = "e" } }
  }
}

run "refuses_a_key_alias" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "openai", model = { id = "m", secret = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:o-AbCdEf", key = { arn = "alias/k" } } }, embeddings = { model = "e" } }
  }
}

run "refuses_very_restricted_for_all" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { access_labels = { Provider = ["N", "V"] } }
  }
}

run "refuses_an_unknown_label" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { access_labels = { Provider = ["X"] } }
  }
}

run "refuses_an_unknown_group" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { access_labels = { Nurse = ["N"] } }
  }
}

run "refuses_a_policy_version_with_spaces" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { policy_version = "the first" }
  }
}

run "refuses_a_direct_caller_with_spaces" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { direct_caller = "care navigation" }
  }
}

run "refuses_a_database_by_its_name" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { database = { host = "h", name = "rag", master_secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:d-AbCdEf", resource_id = "my-cluster", security_group_id = "sg-0123456789abcdef0" } }
  }
}

run "refuses_a_database_and_another_store" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { store = "s3", database = { host = "h", name = "rag", master_secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:d-AbCdEf", resource_id = "cluster-ABC", security_group_id = "sg-0123456789abcdef0" } }
  }
}

run "refuses_a_database_by_its_address_and_port" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { database = { host = "pg.hospital.example:5432", name = "rag", master_secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:d-AbCdEf", resource_id = "cluster-ABC", security_group_id = "sg-0123456789abcdef0" } }
  }
}

run "refuses_more_messages_than_functions" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { ingest = { maximum_concurrency = 10 } }
  }
}

run "refuses_a_secret_of_another_account" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { store = "pinecone", pinecone = { acknowledge_business_associate_agreement = true, host = "chunks-ab12cde.svc.aped-4627-b74a.pinecone.io", secret = { arn = "arn:aws:secretsmanager:us-east-1:999999999999:secret:pinecone-AbCdEf" } } }
  }
}

run "refuses_a_prefix_too_long_for_a_collection" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    name_prefix = "hospital-of-the-north-product"
    rag         = { store = "opensearch" }
  }
}
