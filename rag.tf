# Answers from a patient's own documents: POST /patients/{patient_id}/questions. docs/rag.md. Where chunks are is in
# rag_store.tf, how the model is reached in rag_model.tf.
locals {
  _rag_on    = var.rag != null
  _rag_count = local._rag_on ? 1 : 0
  # The metrics' only dimension.
  _rag_services = { for name in ["ingest", "migrations", "orchestrator", "retrieval"] : name => "${var.name_prefix}-rag-${name}" }

  # Derived from names, so that policies are known at plan.
  rag_retrieval_alias_arn = "arn:${var.partition}:lambda:${var.region}:${var.account_id}:function:${var.name_prefix}-rag-retrieval:live"
  _rag_queue_rule_arn     = "arn:${var.partition}:events:${var.region}:${var.account_id}:rule/${local.clinical_events_name}/${local.clinical_events_name}-rag-ingest"

  # What this workload adds to main.tf.
  _rag_endpoints = local._rag_on ? setunion(
    ["kms", "lambda"],
    local._rag_bedrock_on ? ["bedrock-runtime"] : [],
    contains(local._rag_redaction_layers, "comprehend") ? ["comprehendmedical"] : [],
    local._rag_postgresql_on || local._rag_secrets_on ? ["secretsmanager"] : [],
  ) : toset([])
  _rag_functions = {
    for name, function in { rag_orchestrator = one(module.rag_orchestrator_function) } : name => {
      function_name                          = function.function_name
      invoke_arn                             = function.invoke_arn
      qualifier                              = function.alias_name
    } if local._rag_on
  }
  _rag_keys = {
    for name, key in {
      hashing = {
        description          = "Keyed hashes: of questions and answers in the audit table, of ids in stores of chunks"
        deletion_window_days = var.key_deletion_window_days
        hmac                 = true
      }
    } : name => key if local._rag_on
  }
  _rag_queues = {
    for name, queue in { rag-ingest = one(module.rag_ingest_queue) } : name => {
      pattern                       = jsonencode({ source = ["healthcare.documents"] }) # a document that was quarantined has chunks no more
      queue_arn                     = queue.arn
    } if local._rag_on
  }
  _rag_alarms = {
    for name, alarm in merge(
      {
        rag-audit-unavailable = {
          description = "The audit table can't be written: no question is answered until it can"
          metric_name = "AuditUnavailable"
          namespace   = "Healthcare/Security"
          service     = "orchestrator"
        }
        rag-unauthorized = {
          description = "More than five refused questions on patients' records within a minute"
          metric_name = "UnauthorizedAccessAttempt"
          namespace   = "Healthcare/Security"
          service     = "orchestrator"
          threshold   = 6
        }
        rag-retrieval-unauthorized = {
          description = "Retrieval refused a caller whom the orchestrator had let through: a relationship just ended, or somebody else invokes rag-retrieval"
          metric_name = "UnauthorizedAccessAttempt"
          namespace   = "Healthcare/Rag"
          service     = "retrieval"
        }
        rag-model-configuration = {
          description = "The model refuses the function itself: its key, its access to the model, or a setting is wrong"
          metric_name = "ModelConfiguration"
          namespace   = "Healthcare/Security"
          service     = "orchestrator"
        }
        rag-model-timeouts = {
          description    = "Five questions within 5 minutes had no answer, because the model took too long"
          metric_name    = "ModelTimeout"
          namespace      = "Healthcare/Security"
          period_seconds = 300
          service        = "orchestrator"
          threshold      = 5
        }
        rag-document-not-indexed = {
          description = "Chunks of a document can't be kept: nothing is answered from it. See rag-ingest's log and dead letters"
          metric_name = "DocumentNotIndexed"
          namespace   = "Healthcare/Rag"
          service     = "ingest"
        }
      },
      # What the database itself says of who sees which rows. It is asked every 12 hours: silence is a sign, too.
      {
        for name, alarm in {
          rag-row-level-security = {
            comparison         = "LessThanThreshold"
            description        = "Row-level security on patients' chunks is not as it must be, or was not looked at for a day: read rag-migrations' log, and stop rag-retrieval until it is"
            metric_name        = "RowLevelSecurityForced"
            namespace          = "Healthcare/Rag"
            period_seconds     = 86400
            service            = "migrations"
            statistic          = "Minimum"
            treat_missing_data = "breaching"
          }
        } : name => alarm if local._rag_postgresql_on
      },
      ) : name => {
      comparison         = try(alarm.comparison, "GreaterThanOrEqualToThreshold")
      description        = alarm.description
      dimensions         = { service = local._rag_services[alarm.service] }
      metric_name        = alarm.metric_name
      namespace          = alarm.namespace
      period_seconds     = try(alarm.period_seconds, 60)
      statistic          = try(alarm.statistic, "Sum")
      threshold          = try(alarm.threshold, 1)
      treat_missing_data = try(alarm.treat_missing_data, "notBreaching")
    } if local._rag_on
  }
  _rag_alarm_names = merge(
    { for name, alarm in try(module.rag_orchestrator_function[0].alarm_names, {}) : "rag-orchestrator-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.rag_retrieval_function[0].alarm_names, {}) : "rag-retrieval-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.rag_ingest_function[0].alarm_names, {}) : "rag-ingest-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.rag_migrations_function[0].alarm_names, {}) : "rag-migrations-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.rag_ingest_queue[0].alarm_names, {}) : "rag-queue-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.rag_database[0].alarm_names, {}) : "rag-database-${replace(name, "_", "-")}" => alarm },
  )

  # What is found without asking anybody comes first.
  _rag_redaction_layers = [for layer in ["patterns", "spacy", "comprehend"] : layer if contains(try(var.rag.redaction.layers, []), layer)]

  # A message rests for longer than the function may take, and no more: so long does a document wait, too, that could not be indexed
  # (a model that throttles, a database that fails over). Six times as long is for batches, and for messages that wait for a
  # function that is busy; here each comes alone, and no more at a time than the function may run.
  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  _rag_ingest_seconds = { most = 900, rest = 960 }

  # What the tables' and the documents' key is used for, by service.
  _rag_key_use = {
    for name, services in { orchestrator = ["dynamodb"], retrieval = ["dynamodb"], ingest = ["dynamodb", "s3"] } : name => {
      actions                            = ["kms:Decrypt", "kms:DescribeKey"]
      resources                          = [module.encryption.key_arns["phi"]]
      conditions                         = { StringEquals = { "kms:ViaService" = [for service in services : "${service}.${var.region}.amazonaws.com"] } }
    }
  }
}

# Which documents came and went, until their chunks are in the store.
module "rag_ingest_queue" {
  source = "./modules/queue"
  count  = local._rag_count

  alarms                     = { oldest_message = { threshold_seconds = 3600 } } # many documents at once take their time
  alert_topic_arn            = module.observability.alert_topic_arn
  context                    = local.context
  kms_key_arn                = module.encryption.key_arns["phi"]
  maximum_receives           = 5
  name                       = "rag-documents"
  senders                    = { clinical-events = { service = "events.amazonaws.com", source_arn = local._rag_queue_rule_arn } }
  visibility_timeout_seconds = local._rag_ingest_seconds.rest
}

# Guards the question, asks retrieval and the model, and checks every sentence. It sees no store of chunks.
module "rag_orchestrator_function" {
  source = "./modules/function"
  count  = local._rag_count

  alarms                  = { duration = { threshold = 20000 } } # a model takes its time
  allow_listed_egress     = local._rag_model_by_egress ? { subnet_ids = values(module.network.egress_subnet_ids) } : null
  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  asynchronous_retries    = 0 # nobody waits for a second answer
  description             = "Answers from a patient's own documents, with citations that were checked"
  egress                  = local._rag_link_egress
  handler                 = "rag_orchestrator.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.rag.orchestrator.memory_size
  name                    = "rag-orchestrator"
  package                 = local.packages["rag_orchestrator"]
  platform                = local.function_platform
  provisioned_concurrency = var.rag.orchestrator.provisioned_concurrency
  reserved_concurrency    = var.rag.orchestrator.reserved_concurrency
  snap_start              = var.rag.orchestrator.snap_start

  environment = merge(
    {
      ALLOWED_ORIGINS              = join(",", sort(var.api.allowed_origins))
      AUDIT_TABLE                  = module.audit_table[0].name
      HASH_KEY_ID                  = module.encryption.key_arns["hashing"]
      LOG_LEVEL                    = "INFO"
      MODEL_API                    = local._rag_model.api
      MODEL_ENDPOINT               = jsonencode(local._rag_model_endpoint)
      MODEL_ID                     = local._rag_model.id
      PATIENT_TABLE                = module.patients_table[0].name
      POLICY_VERSION               = var.rag.policy_version
      POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Security"
      POWERTOOLS_SERVICE_NAME      = local._rag_services["orchestrator"]
      REDACTION                    = jsonencode({ keep = sort(var.rag.redaction.keep), layers = local._rag_redaction_layers })
      RELATIONSHIP_TABLE           = module.relationships_table[0].name
      RETRIEVAL_FUNCTION_NAME      = "${module.rag_retrieval_function[0].function_name}:${module.rag_retrieval_function[0].alias_name}"
    },
    { for caller in compact([var.rag.direct_caller]) : "DIRECT_CALLER" => caller },
  )

  permissions = merge(
    {
      # The demographics, to take them out of the question.
      read_patients = {
        actions   = ["dynamodb:GetItem"]
        resources = [local.patient_table_arn]
        conditions = {
          "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["demographics", "patient_id"] }
          Null                        = { "dynamodb:Attributes" = ["false"] } # ForAllValues by itself holds where none is named, and that is all of them.
        }
      }
      read_relationships = {
        actions   = ["dynamodb:GetItem"]
        resources = [local.relationship_table_arn]
      }
      add_to_audit = {
        actions   = ["dynamodb:PutItem"]
        resources = [local.audit_table_arn]
      }
      find_evidence = {
        actions   = ["lambda:InvokeFunction"]
        resources = [local.rag_retrieval_alias_arn]
      }
      hash = {
        actions   = ["kms:GenerateMac"]
        resources = [module.encryption.key_arns["hashing"]]
      }
      use_tables_key = local._rag_key_use["orchestrator"]
    },
    local._rag_ask_model,
  )
}

# Comprehend Medical knows no resource, which modules/function takes from nobody: hence beside its other permissions.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncomprehendmedical.html
resource "aws_iam_role_policy" "rag_redaction" {
  #checkov:skip=CKV_AWS_355:The one action reads the text that is sent along, and knows no resource
  count = contains(local._rag_redaction_layers, "comprehend") ? 1 : 0

  name = "redaction"
  role = module.rag_orchestrator_function[0].role_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "FindIdentifiers"
      Effect   = "Allow"
      Action   = ["comprehendmedical:DetectPHI"]
      Resource = ["*"]
    }]
  })
}

# Finds evidence within what the caller may see, and judges that by itself: the orchestrator alone may invoke it.
# Its zip has three handlers, for three roles: what reads can't write, and neither changes the schema.
module "rag_retrieval_function" {
  source = "./modules/function"
  count  = local._rag_count

  allow_listed_egress     = local._rag_store_by_egress || local._rag_embeddings_by_egress ? { subnet_ids = values(module.network.egress_subnet_ids) } : null
  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "Finds a patient's chunks within what the caller may see"
  egress                  = merge(local._rag_store_egress, local._rag_embeddings_link_egress)
  handler                 = "rag_retrieval.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.rag.retrieval.memory_size
  name                    = "rag-retrieval"
  package                 = local.packages["rag_retrieval"]
  platform                = local.function_platform
  provisioned_concurrency = var.rag.retrieval.provisioned_concurrency
  reserved_concurrency    = var.rag.retrieval.reserved_concurrency
  timeout                 = 15 # of the orchestrator's 28

  environment = merge(local._rag_retrieval_environment, local._rag_schema, {
    ACCESS_LABELS           = jsonencode({ for role, labels in var.rag.access_labels : role => sort(labels) })
    POWERTOOLS_SERVICE_NAME = local._rag_services["retrieval"]
    RELATIONSHIP_TABLE      = module.relationships_table[0].name
    STORE                   = local._rag_stores["reader"]
  })

  permissions = merge(
    {
      read_relationships = {
        actions   = ["dynamodb:GetItem"]
        resources = [local.relationship_table_arn]
      }
      use_tables_key = local._rag_key_use["retrieval"]
    },
    local._rag_embed,
    local._rag_store_permissions["reader"],
  )
}

# Follows the documents: what was stored is embedded and kept, what was removed goes.
module "rag_ingest_function" {
  source = "./modules/function"
  count  = local._rag_count

  alarms                  = { duration = { threshold = 300000 } } # a long document has many chunks
  allow_listed_egress     = local._rag_store_by_egress || local._rag_embeddings_by_egress ? { subnet_ids = values(module.network.egress_subnet_ids) } : null
  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "Chunks of documents, embedded, into the store"
  egress                  = merge(local._rag_store_egress, local._rag_embeddings_link_egress)
  handler                 = "rag_retrieval.ingest_handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.rag.ingest.memory_size
  name                    = "rag-ingest"
  package                 = local.packages["rag_retrieval"]
  platform                = local.function_platform
  reserved_concurrency    = var.rag.ingest.reserved_concurrency
  timeout                 = local._rag_ingest_seconds.most

  environment = merge(local._rag_retrieval_environment, local._rag_schema, {
    DOCUMENT_TABLE          = module.documents_table[0].name
    POWERTOOLS_SERVICE_NAME = local._rag_services["ingest"]
    STORE                   = local._rag_stores["writer"]
  })

  queues = {
    documents = {
      batch_size          = 1 # a document may take minutes
      key_arn             = module.encryption.key_arns["phi"]
      maximum_concurrency = var.rag.ingest.maximum_concurrency
      queue_arn           = module.rag_ingest_queue[0].arn
    }
  }

  permissions = merge(
    {
      read_documents = {
        actions   = ["dynamodb:GetItem"]
        resources = [local.documents_table_arn]
        conditions = {
          "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["bucket", "chunks", "document_id", "entry", "folder", "patient_id", "revision", "status", "version_id"] }
          Null                        = { "dynamodb:Attributes" = ["false"] }
        }
      }
      read_chunks_of_documents = {
        actions   = ["s3:GetObject"]
        resources = ["${local.documents_bucket_arn}/derived/*/chunks.jsonl"]
      }
      # Without it S3 answers 403 for an object that isn't there: a fault that would be tried again for nothing.
      know_what_is_there = {
        actions   = ["s3:ListBucket"]
        resources = [local.documents_bucket_arn]
      }
      use_documents_key = local._rag_key_use["ingest"]
    },
    local._rag_embed,
    local._rag_store_permissions["writer"],
  )
}
