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

run "off" {
  command = plan

  assert {
    condition     = length(module.rag_orchestrator_function) == 0 && length(module.rag_retrieval_function) == 0 && length(module.rag_database) == 0 && length(module.rag_ingest_queue) == 0 && length(aws_lambda_invocation.rag_migrations) == 0
    error_message = "What was not asked for leaves nothing behind."
  }

  assert {
    condition     = output.rag_database == null && output.rag_queue == null && output.rag_model_secret_arn == null && !contains(keys(output.key_arns), "hashing") && local._egress == null
    error_message = "Neither a key nor a way out."
  }
}

run "by_default" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
    }
  }

  assert {
    condition     = local._interface_endpoints == toset(["bedrock-runtime", "events", "kms", "lambda", "secretsmanager"])
    error_message = "RAG brings the endpoints that it and its documents need, and no other."
  }

  assert {
    condition     = local._egress == null && length(aws_secretsmanager_secret.rag_model) == 0 && length(aws_vpc_endpoint.rag_link) == 0
    error_message = "By default the model is Bedrock: no way out, no key, no link."
  }

  assert {
    condition     = keys(output.functions) == ["document_ingest", "rag_ingest", "rag_migrations", "rag_orchestrator", "rag_retrieval"] && keys(local._api_functions) == ["rag_orchestrator"]
    error_message = "Four functions, of which one is behind the API."
  }

  assert {
    condition     = toset(keys(output.tables)) == toset(["audit", "documents", "patients", "relationships"])
    error_message = "Patients, relationships and the audit come along."
  }

  assert {
    condition = jsonencode(local._rag_endpoint_statements) == jsonencode({ bedrock-runtime = { actions = ["bedrock:InvokeModel"], resources = [
      "arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-120b-1:0", "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0",
    ] } })
    error_message = "Bedrock's endpoint lets through the two models, and no other."
  }

  assert {
    condition     = jsonencode(local._rag_ask_model) == jsonencode({ ask_model = { actions = ["bedrock:InvokeModel"], resources = ["arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-120b-1:0"] } }) && jsonencode(local._rag_embed) == jsonencode({ embed = { actions = ["bedrock:InvokeModel"], resources = ["arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"] } })
    error_message = "The orchestrator may ask the one model, and retrieval the model of embeddings."
  }

  assert {
    condition     = jsonencode(local._rag_model_endpoint) == jsonencode({ authentication = "sigv4", base_url = null, maximum_retries = 1, secret_arn = null, timeout_seconds = 20 }) && local._rag_model.api == "chat_completions"
    error_message = "Bedrock is reached with the role, by the API that it has."
  }

  assert {
    condition     = local.rag_retrieval_alias_arn == "arn:aws:lambda:us-east-1:123456789012:function:healthcare-rag-retrieval:live"
    error_message = "The orchestrator may invoke the one alias, whose ARN is known at plan."
  }

  assert {
    condition     = local._rag_queue_rule_arn == module.clinical_events[0].queue_rule_arns["rag-ingest"]
    error_message = "The queue's policy names the rule that sends to it."
  }

  assert {
    condition     = jsondecode(local._rag_queues["rag-ingest"].pattern) == { source = ["healthcare.documents"] }
    error_message = "Whatever becomes of a document is heard of."
  }

  assert {
    condition     = local._rag_ingest_seconds.rest > local._rag_ingest_seconds.most && local._rag_ingest_seconds.rest <= 1200
    error_message = "A document that could not be indexed is tried again after a quarter of an hour."
  }

  assert {
    condition     = length(module.rag_database) == 1 && length(module.rag_chunks_bucket) == 0 && length(module.rag_search) == 0 && length(aws_vpc_security_group_ingress_rule.rag_database) == 0
    error_message = "The database is made here, and no other store."
  }

  assert {
    condition     = length(local._rag_store_permissions["reader"]) == 0 && length(local._rag_store_permissions["writer"]) == 0 && keys(aws_iam_role_policy.rag_database) == ["ingest", "migrations", "retrieval"]
    error_message = "The database's clients have a policy each."
  }

  assert {
    condition     = aws_lambda_invocation.rag_migrations[0].function_name == "healthcare-rag-migrations" && aws_lambda_invocation.rag_migrations[0].input == "{}" && local._rag_retrieval_hash == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    error_message = "Migrations run with each new package."
  }

  assert {
    condition = toset([for name, alarm in output.alarm_names : name if startswith(name, "rag-")]) == toset([
      "rag-audit-unavailable", "rag-document-not-indexed", "rag-model-configuration", "rag-model-timeouts", "rag-retrieval-unauthorized", "rag-row-level-security", "rag-unauthorized",
      "rag-database-capacity", "rag-database-connections", "rag-database-deadlocks", "rag-database-free-local-storage", "rag-database-free-memory",
      "rag-ingest-dead-letters", "rag-ingest-duration", "rag-ingest-errors", "rag-ingest-throttles",
      "rag-migrations-dead-letters", "rag-migrations-duration", "rag-migrations-errors", "rag-migrations-throttles",
      "rag-orchestrator-dead-letters", "rag-orchestrator-duration", "rag-orchestrator-errors", "rag-orchestrator-throttles",
      "rag-queue-dead-letters", "rag-queue-oldest-message",
      "rag-retrieval-dead-letters", "rag-retrieval-duration", "rag-retrieval-errors", "rag-retrieval-throttles",
    ])
    error_message = "Alarms on refusals, the model, the database and what it says of itself, the queue and the health of all functions."
  }

  assert {
    condition     = local._rag_alarms["rag-row-level-security"].treat_missing_data == "breaching" && local._rag_alarms["rag-row-level-security"].statistic == "Minimum" && local._rag_alarms["rag-row-level-security"].dimensions == { service = "healthcare-rag-migrations" }
    error_message = "A day without a word on row-level security rings."
  }

  assert {
    condition     = alltrue([for role, labels in var.rag.access_labels : role == "VeryRestrictedAccess" || !contains(labels, "V")]) && var.rag.direct_caller == null
    error_message = "Nobody sees what is very restricted by being a provider alone, and nobody calls directly."
  }
}

run "beside_the_patient_api" {
  command = plan

  variables {
    patient_api = { package = { s3 = { bucket = "releases", key = "patient_api.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
    }
  }

  assert {
    condition     = length(module.patients_table) == 1 && length(module.audit_table) == 1 && length(module.relationships_table) == 1 && keys(local._api_functions) == ["patient_api", "rag_orchestrator"]
    error_message = "Both stand on the same tables and behind one API."
  }
}

run "a_database_of_ones_own" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      database = {
        host              = "pg.hospital.example"
        name              = "rag"
        master_secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-1-AbCdEf"
        resource_id       = "cluster-ABCDEFGHIJKLMNOP"
        security_group_id = "sg-0123456789abcdef0"
      }
    }
  }

  assert {
    condition     = length(module.rag_database) == 0 && output.rag_database == null && keys(aws_vpc_security_group_ingress_rule.rag_database) == ["ingest", "migrations", "retrieval"] && alltrue([for rule in aws_vpc_security_group_ingress_rule.rag_database : rule.security_group_id == "sg-0123456789abcdef0" && rule.from_port == 5432 && rule.to_port == 5432])
    error_message = "Your database lets in the three functions on its port, and none is made."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.rag_database["retrieval"].policy).Statement == [{ Sid = "Connect", Effect = "Allow", Action = ["rds-db:connect"], Resource = ["arn:aws:rds-db:us-east-1:123456789012:dbuser:cluster-ABCDEFGHIJKLMNOP/rag_reader"] }] && jsondecode(aws_iam_role_policy.rag_database["ingest"].policy).Statement[0].Resource == ["arn:aws:rds-db:us-east-1:123456789012:dbuser:cluster-ABCDEFGHIJKLMNOP/rag_writer"]
    error_message = "The reader connects as the reader, the writer as the writer, and neither reads the master secret."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.rag_database["migrations"].policy).Statement == [{ Sid = "ReadMasterSecret", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = ["arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-1-AbCdEf"] }]
    error_message = "Migrations alone read the master secret."
  }

  assert {
    condition     = jsondecode(local._rag_stores["reader"]) == { ca_file = null, database = "rag", host = "pg.hospital.example", kind = "postgresql", port = 5432, user = "rag_reader" } && jsondecode(local._rag_stores["writer"]).user == "rag_writer"
    error_message = "Reader and writer are told where, and as whom."
  }
}

run "shards_in_s3" {
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
    condition     = length(module.rag_database) == 0 && length(module.rag_migrations_function) == 0 && length(aws_lambda_invocation.rag_migrations) == 0 && length(aws_iam_role_policy.rag_database) == 0 && length(module.rag_chunks_bucket) == 1
    error_message = "A bucket, and no database."
  }

  assert {
    condition     = local._interface_endpoints == toset(["bedrock-runtime", "events", "kms", "lambda"]) && !contains(keys(local._rag_alarms), "rag-row-level-security")
    error_message = "No endpoint and no alarm for what is not there."
  }

  assert {
    condition     = local._rag_store_permissions["reader"]["use_chunks"].actions == ["s3:GetObject"] && local._rag_store_permissions["writer"]["use_chunks"].actions == ["s3:GetObject", "s3:PutObject"] && local._rag_bucket_arn == module.rag_chunks_bucket[0].arn
    error_message = "What reads can not write, and nothing is deleted."
  }
}

run "a_search_collection" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      store = "opensearch"
    }
  }

  assert {
    condition     = length(module.rag_search) == 1 && length(module.rag_chunks_bucket) == 1 && keys(aws_iam_role_policy.rag_search) == ["ingest", "retrieval"] && length(module.rag_database) == 0
    error_message = "The collection, its bucket, and two functions that may use it."
  }
}

run "pinecone" {
  command = plan

  variables {
    rag = {
      packages = {
        orchestrator = { s3 = { bucket = "releases", key = "rag_orchestrator.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
        retrieval    = { s3 = { bucket = "releases", key = "rag_retrieval.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
      }
      store    = "pinecone"
      pinecone = { acknowledge_business_associate_agreement = true, host = "chunks-ab12cde.svc.aped-4627-b74a.pinecone.io", secret = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:pinecone-AbCdEf" } }
    }
  }

  assert {
    condition     = local._egress.hosts == toset(["chunks-ab12cde.svc.aped-4627-b74a.pinecone.io"]) && keys(module.network.egress_subnet_ids) == ["us-east-1a", "us-east-1b"]
    error_message = "The way out leads to the one index."
  }

  assert {
    condition     = local._rag_store_permissions["reader"]["read_index_key"].resources == ["arn:aws:secretsmanager:us-east-1:123456789012:secret:pinecone-AbCdEf"] && contains(local._interface_endpoints, "secretsmanager")
    error_message = "The key is read at run time."
  }

  assert {
    condition     = contains(keys(output.alarm_names), "egress-refused-us-east-1a") && !local._rag_model_by_egress
    error_message = "Refused attempts ring, and the orchestrator stays where it is."
  }
}

run "a_way_out_for_functions_of_ones_own" {
  command = plan

  variables {
    network = { egress = { hosts = ["fhir.example.org"], zones = ["us-east-1a"] }, subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } } }
  }

  assert {
    condition     = local._egress.hosts == toset(["fhir.example.org"]) && length(output.egress_subnet_ids) == 2 && local._egress.zones == toset(["us-east-1a"])
    error_message = "A list of hosts makes a way out, without RAG as well."
  }
}
