# FHIR R4: resources and Bundles from a queue into a table with their history, and GET /fhir/{type}/{id} under audit.
locals {
  _fhir_on    = var.fhir != null
  _fhir_count = local._fhir_on ? 1 : 0
  # The metrics' only dimension.
  _fhir_services = { api = "${var.name_prefix}-fhir-api", ingest = "${var.name_prefix}-fhir-ingest" }

  # Derived from names, so that policies are known at plan.
  fhir_bucket_arn        = "arn:${var.partition}:s3:::${var.name_prefix}-fhir-messages-${var.account_id}"
  fhir_message_table_arn = "${local._table_arn_prefix}-fhir-messages"
  fhir_table_arn         = "${local._table_arn_prefix}-fhir-resources"

  # What this workload adds to main.tf.
  _fhir_endpoints = local._fhir_on ? toset(["events", "kms"]) : toset([])
  _fhir_functions = {
    for name, function in { fhir_api = one(module.fhir_api_function) } : name => {
      function_name                  = function.function_name
      invoke_arn                     = function.invoke_arn
      qualifier                      = function.alias_name
    } if local._fhir_on
  }
  _fhir_alarms = {
    for name, alarm in {
      fhir-api-audit-unavailable = {
        description = "The audit table can't be written: the FHIR API discloses nothing until it can"
        metric_name = "AuditUnavailable"
        threshold   = 1
      }
      fhir-api-break-glass = {
        description = "Someone broke the glass: read the reason in the audit table and talk to them"
        metric_name = "BreakGlass"
        threshold   = 1
      }
      fhir-api-unauthorized = {
        description = "More than five refused attempts to read FHIR resources within a minute"
        metric_name = "UnauthorizedAccessAttempt"
        threshold   = 6
      }
      fhir-ingest-quarantined = {
        description = "A message can't be stored: look at its OperationOutcome below quarantine/ in the bucket of messages"
        metric_name = "FHIRQuarantined"
        threshold   = 1
      }
      } : name => merge(alarm, {
        comparison     = "GreaterThanOrEqualToThreshold"
        dimensions     = { service = startswith(name, "fhir-api") ? local._fhir_services.api : local._fhir_services.ingest }
        namespace      = startswith(name, "fhir-api") ? "Healthcare/Security" : "Healthcare/Messages"
        period_seconds = 60
    }) if local._fhir_on
  }
  _fhir_alarm_names = merge(
    { for name, alarm in try(module.fhir_api_function[0].alarm_names, {}) : "fhir-api-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.fhir_ingest_function[0].alarm_names, {}) : "fhir-ingest-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.fhir_queue[0].alarm_names, {}) : "fhir-queue-${replace(name, "_", "-")}" => alarm },
  )
}

module "fhir_queue" {
  source = "./modules/queue"
  count  = local._fhir_count

  alert_topic_arn            = module.observability.alert_topic_arn
  context                    = local.context
  kms_key_arn                = module.encryption.key_arns["phi"]
  maximum_receives           = var.fhir.maximum_receives
  name                       = "fhir"
  senders                    = var.fhir.senders
  visibility_timeout_seconds = 360 # six times the function's timeout
}

# Every version of every resource, for good, and a pointer to the current one.
module "fhir_resources_table" {
  source = "./modules/table"
  count  = local._fhir_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "fhir-resources"
  partition_key       = { name = "resource" }
  sort_key            = { name = "version" }
}

# Which messages are done. A table by itself, since its rows expire and those of resources never do.
module "fhir_messages_table" {
  source = "./modules/table"
  count  = local._fhir_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "fhir-messages"
  partition_key       = { name = "message_id" }
  ttl_attribute       = "expires_at"
}

# What came, byte by byte, and why something was refused.
module "fhir_messages_bucket" {
  source = "./modules/bucket"
  count  = local._fhir_count

  access_log_bucket = { name = module.audit.access_log_bucket_name }
  context           = local.context
  force_destroy     = var.fhir.force_destroy
  kms_key_arn       = module.encryption.key_arns["phi"]
  name              = "fhir-messages"
}

# One zip with two handlers. The roles are two: what writes can't open a Social Security number, and what reads can't write.
module "fhir_ingest_function" {
  source = "./modules/function"
  count  = local._fhir_count

  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "FHIR R4 resources and Bundles, validated and stored"
  handler                 = "fhir_ingest.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.fhir.ingest.memory_size
  name                    = "fhir-ingest"
  package                 = local.packages["fhir_ingest"]
  platform                = local.function_platform
  reserved_concurrency    = var.fhir.ingest.reserved_concurrency
  timeout                 = 60

  environment = {
    AUDIT_TABLE                  = module.audit_table[0].name
    EVENT_BUS                    = local.clinical_events_name
    FHIR_MESSAGE_TABLE           = module.fhir_messages_table[0].name
    FHIR_TABLE                   = module.fhir_resources_table[0].name
    KMS_KEY_ID                   = module.encryption.key_arns["phi"]
    LOG_LEVEL                    = "INFO"
    MESSAGE_BUCKET               = module.fhir_messages_bucket[0].name
    PATIENT_IDENTIFIER           = jsonencode(var.patient_identifier)
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Messages"
    POWERTOOLS_SERVICE_NAME      = local._fhir_services.ingest
  }

  queues = {
    fhir = {
      key_arn             = module.encryption.key_arns["phi"]
      maximum_concurrency = var.fhir.ingest.maximum_concurrency
      queue_arn           = module.fhir_queue[0].arn
    }
  }

  permissions = {
    # TransactWriteItems has no action of its own: AWS judges the puts and updates within it.
    add_versions_and_move_pointers = {
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      resources = [local.fhir_table_arn]
    }
    # In the same transaction: no record changes without its row, and no row changes at all.
    add_to_audit = {
      actions   = ["dynamodb:PutItem"]
      resources = [local.audit_table_arn]
    }
    remember_messages = {
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      resources = [local.fhir_message_table_arn]
    }
    keep_originals = {
      actions   = ["s3:PutObject"]
      resources = ["${local.fhir_bucket_arn}/received/*", "${local.fhir_bucket_arn}/quarantine/*"]
    }
    announce = {
      actions   = ["events:PutEvents"]
      resources = [local.clinical_events_arn]
    }
    # It seals Social Security numbers, and can't open them.
    seal_ssn = {
      actions    = ["kms:Encrypt"]
      resources  = [module.encryption.key_arns["phi"]]
      conditions = local._ssn_key_conditions
    }
    use_stores_key = {
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
      resources = [module.encryption.key_arns["phi"]]
      conditions = {
        StringEquals = { "kms:ViaService" = ["dynamodb.${var.region}.amazonaws.com", "s3.${var.region}.amazonaws.com"] }
      }
    }
  }
}

module "fhir_api_function" {
  source = "./modules/function"
  count  = local._fhir_count

  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "FHIR R4 resources and their history under audit"
  handler                 = "fhir_ingest.api_handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.fhir.api.memory_size
  name                    = "fhir-api"
  package                 = local.packages["fhir_ingest"]
  platform                = local.function_platform
  provisioned_concurrency = var.fhir.api.provisioned_concurrency
  reserved_concurrency    = var.fhir.api.reserved_concurrency

  environment = {
    ALLOWED_ORIGINS              = join(",", sort(var.api.allowed_origins))
    AUDIT_TABLE                  = module.audit_table[0].name
    FHIR_TABLE                   = module.fhir_resources_table[0].name
    KMS_KEY_ID                   = module.encryption.key_arns["phi"]
    LOG_LEVEL                    = "INFO"
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Security"
    POWERTOOLS_SERVICE_NAME      = local._fhir_services.api
    RELATIONSHIP_TABLE           = module.relationships_table[0].name
  }

  permissions = {
    read_resources = {
      actions   = ["dynamodb:GetItem", "dynamodb:Query"]
      resources = [local.fhir_table_arn]
    }
    read_relationships = {
      actions   = ["dynamodb:GetItem"]
      resources = [local.relationship_table_arn]
    }
    add_to_audit = {
      actions   = ["dynamodb:PutItem"]
      resources = [local.audit_table_arn]
    }
    open_ssn = {
      actions    = ["kms:Decrypt"]
      resources  = [module.encryption.key_arns["phi"]]
      conditions = local._ssn_key_conditions
    }
    use_tables_key = {
      actions    = ["kms:Decrypt", "kms:DescribeKey"]
      resources  = [module.encryption.key_arns["phi"]]
      conditions = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.region}.amazonaws.com"] } }
    }
  }
}
