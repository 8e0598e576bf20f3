# Clinical RAG in the root module: ways to a model that do not plan. Each validation has a run in which it alone refuses.
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

run "refuses_an_unknown_access" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "anthropic", model = { base_url = "https://a.example/v1", id = "m" }, embeddings = { model = "e" } }
  }
}

run "refuses_openai_without_acknowledgement" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model_access = "openai", model = { id = "gpt-5.1" }, embeddings = { model = "e" } }
  }
}

run "refuses_azure_without_acknowledgement" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model_access = "azure", model = { base_url = "https://h.openai.azure.com/openai/v1", id = "m" }, embeddings = { model = "e" }, private_link = { service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" } }
  }
}

run "refuses_openai_without_a_model" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "openai", embeddings = { model = "e" } }
  }
}

run "refuses_openai_without_a_model_of_embeddings" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "openai", model = { id = "m" } }
  }
}

run "refuses_azure_without_base_url" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "azure", model = { id = "m" }, embeddings = { model = "e" }, private_link = { service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" } }
  }
}

run "refuses_openai_somewhere_else" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "openai", model = { base_url = "https://api.openai.com.evil.example/v1", id = "m" }, embeddings = { model = "e" } }
  }
}

run "refuses_a_base_url_without_tls" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "custom", model = { base_url = "http://model.example/v1", id = "m" }, embeddings = { model = "e" }, private_link = { service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" } }
  }
}

run "refuses_bedrock_with_a_base_url" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model = { base_url = "https://model.example/v1" } }
  }
}

run "refuses_an_unknown_api" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model = { api = "completions" } }
  }
}

run "refuses_a_model_slower_than_the_gateway" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model = { timeout_seconds = 29 } }
  }
}

run "refuses_too_many_retries" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model = { maximum_retries = 9 } }
  }
}

run "refuses_any_model" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model = { resource_arns = ["arn:aws:bedrock:us-east-1::foundation-model/*"] } }
  }
}

run "refuses_azure_without_a_link" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "azure", model = { base_url = "https://h.openai.azure.com/openai/v1", id = "m" }, embeddings = { model = "e" } }
  }
}

run "refuses_bedrock_with_a_link" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { private_link = { service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" } }
  }
}

run "refuses_a_link_without_service" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "azure", model = { base_url = "https://h.openai.azure.com/openai/v1", id = "m" }, embeddings = { model = "e" }, private_link = { service_name = "vpce-svc-1" } }
  }
}

run "refuses_embeddings_by_nobody" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { embeddings = { provider = "cohere" } }
  }
}

run "refuses_embeddings_of_another_protocol" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { embeddings = { provider = "openai" } }
  }
}

run "refuses_embeddings_of_another_length" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { embeddings = { dimensions = 512 } }
  }
}

run "refuses_a_model_with_a_wildcard" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model = { id = "openai.*" } }
  }
}

run "refuses_a_model_of_embeddings_with_a_wildcard" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { embeddings = { model = "*" } }
  }
}

run "refuses_an_inference_profile_alone" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { model = { id = "us.example.model-v1:0" } }
  }
}

run "refuses_a_port_that_the_network_does_not_let_through" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.rag]

  variables {
    rag = { acknowledge_baa = true, model_access = "custom", model = { base_url = "https://model.example:444/v1", id = "m" }, embeddings = { model = "e" }, private_link = { service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" } }
  }
}
