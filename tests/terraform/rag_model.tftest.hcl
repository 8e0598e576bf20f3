# Clinical RAG in the root module: each way to the model but the default, and who may take it.
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

run "openai" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      acknowledge_baa = true
      model_access    = "openai"
      model           = { id = "gpt-5.1" }
      embeddings      = { model = "text-embedding-3-small" }
    }
  }

  assert {
    condition     = local._egress.hosts == toset(["api.openai.com"]) && local._rag_model_by_egress && local._rag_embeddings_by_egress
    error_message = "One host, for the functions that ask and embed."
  }

  assert {
    condition     = local._rag_model.api == "responses" && local._rag_model_endpoint.base_url == "https://api.openai.com/v1" && local._rag_model_endpoint.authentication == "secret"
    error_message = "OpenAI's own API, with a key."
  }

  assert {
    condition     = length(aws_secretsmanager_secret.rag_model) == 1 && aws_secretsmanager_secret.rag_model[0].recovery_window_in_days == 30 && !contains(local._interface_endpoints, "bedrock-runtime") && length(local._rag_endpoint_statements) == 0
    error_message = "An empty secret is made for the key, and Bedrock is left out."
  }

  assert {
    condition     = local._rag_ask_model["read_model_key"].actions == ["secretsmanager:GetSecretValue"] && !contains(keys(local._rag_ask_model), "ask_model")
    error_message = "Who asks reads the key, and may invoke no model of Bedrock."
  }
}

run "a_region_of_openai_with_embeddings_in_aws" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      acknowledge_baa = true
      model_access    = "openai"
      model           = { base_url = "https://us.api.openai.com/v1", id = "gpt-5.1", secret = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-AbCdEf", key = { arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555" } } }
      embeddings      = { provider = "bedrock" }
    }
  }

  assert {
    condition     = local._egress.hosts == toset(["us.api.openai.com"]) && !local._rag_embeddings_by_egress && keys(local._rag_embed) == ["embed"] && length(aws_secretsmanager_secret.rag_model) == 0
    error_message = "The region alone, and retrieval stays without a way out."
  }

  assert {
    condition = jsonencode(local._rag_ask_model) == jsonencode({
      decrypt_model_key = { actions = ["kms:Decrypt"], conditions = { StringEquals = { "kms:ViaService" = ["secretsmanager.us-east-1.amazonaws.com"] } }, resources = ["arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"] }
      read_model_key    = { actions = ["secretsmanager:GetSecretValue"], resources = ["arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-AbCdEf"] }
    })
    error_message = "The one secret, and its key through Secrets Manager alone."
  }
}

run "azure" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      acknowledge_baa = true
      model_access    = "azure"
      model           = { base_url = "https://hospital.openai.azure.com/openai/v1", id = "gpt-5.1" }
      embeddings      = { model = "text-embedding-3-small" }
      private_link    = { service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" }
    }
  }

  assert {
    condition     = local._egress == null && length(aws_vpc_endpoint.rag_link) == 1 && aws_vpc_endpoint.rag_link[0].service_name == "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
    error_message = "A private link, and no way out."
  }

  assert {
    condition     = aws_route53_zone.rag_link[0].name == "hospital.openai.azure.com" && length(aws_route53_zone.rag_link[0].vpc) == 1 && aws_route53_record.rag_link[0].name == "hospital.openai.azure.com"
    error_message = "The host leads to the link, in this VPC alone."
  }

  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.rag_link) == ["ingest", "orchestrator", "retrieval"] && alltrue([for rule in aws_vpc_security_group_ingress_rule.rag_link : rule.from_port == 443 && rule.to_port == 443 && rule.cidr_ipv4 == null])
    error_message = "Three functions may use the link, on 443."
  }
}

run "custom" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      acknowledge_baa = true
      model_access    = "custom"
      model           = { base_url = "https://model.hospital.example:8443/v1", id = "clinical-8b", secret = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:model-AbCdEf" } }
      embeddings      = { provider = "bedrock" }
      private_link    = { private_dns = true, service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0" }
    }
  }

  assert {
    condition     = local._rag_port == 8443 && keys(aws_vpc_security_group_ingress_rule.rag_link) == ["orchestrator"] && aws_vpc_security_group_ingress_rule.rag_link["orchestrator"].from_port == 8443 && length(aws_route53_zone.rag_link) == 0 && aws_vpc_endpoint.rag_link[0].private_dns_enabled
    error_message = "The link's own name and port, for the orchestrator alone."
  }

  assert {
    condition     = local._rag_model.api == "chat_completions" && length(local._rag_embeddings_link_egress) == 0 && !contains(keys(local._rag_embeddings), "sends_dimensions")
    error_message = "Embeddings stay with Bedrock."
  }
}

run "an_inference_profile" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      model = { id = "us.example.model-v1:0", resource_arns = ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.example.model-v1:0", "arn:aws:bedrock:us-east-1::foundation-model/example.model-v1:0", "arn:aws:bedrock:us-west-2::foundation-model/example.model-v1:0"] }
    }
  }

  assert {
    condition     = length(local._rag_ask_model["ask_model"].resources) == 3 && alltrue([for arn in local._rag_ask_model["ask_model"].resources : contains(local._rag_endpoint_statements["bedrock-runtime"].resources, arn)])
    error_message = "What is invoked is what was named, in the role and at the endpoint."
  }
}
