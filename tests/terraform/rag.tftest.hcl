# Clinical RAG in the root module: each store and each way to the model plans, and what its functions may and may never do.
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

run "by_default" {
  command = plan

  variables {
    rag = { packages = {
      orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
    } }
  }

  assert {
    condition     = local._interface_endpoints == toset(["bedrock-runtime", "events", "kms", "lambda", "secretsmanager"])
    error_message = "RAG brings the endpoints that it and its documents need, and no other."
  }
}
