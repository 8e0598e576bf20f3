# HL7 v2: messages from a queue into patients' events, exactly once and in their order: docs/hl7.md.
locals {
  _hl7_on    = var.hl7 != null
  _hl7_count = local._hl7_on ? 1 : 0
  # The metrics' only dimension.
  _hl7_service = "${var.name_prefix}-hl7-ingest"

  # Derived from names, so that policies are known at plan.
  hl7_bucket_arn = "arn:${var.partition}:s3:::${var.name_prefix}-hl7-messages-${var.account_id}"
  hl7_table_arn  = "${local._table_arn_prefix}-patient-events"

  _hl7_acknowledgements = local._hl7_on && try(var.hl7.acknowledgements, false)
  # What this workload adds to main.tf.
  _hl7_endpoints = setunion(
    local._hl7_on ? toset(["events"]) : toset([]),
    local._hl7_acknowledgements ? toset(["sqs"]) : toset([]),
  )
  _hl7_alarms = {
    for name, alarm in {
      hl7-control-id-reused = {
        description = "Two different HL7 messages came under one control id: the sender counts anew, or one overwrites the other. See quarantine/"
        metric_name = "HL7ControlIdReused"
      }
      hl7-merged-patient-used = {
        description = "An HL7 message names a patient who was merged into another: the sender has missed the merge"
        metric_name = "HL7MergedPatientUsed"
      }
      hl7-quarantined = {
        description = "An HL7 message can't be stored: look at the metadata of the object below quarantine/ in the bucket of messages"
        metric_name = "HL7Quarantined"
      }
      } : name => merge(alarm, {
        comparison     = "GreaterThanOrEqualToThreshold"
        dimensions     = { service = local._hl7_service }
        namespace      = "Healthcare/Messages"
        period_seconds = 60
        threshold      = 1
    }) if local._hl7_on
  }
  _hl7_alarm_names = merge(
    { for name, alarm in try(module.hl7_function[0].alarm_names, {}) : "hl7-ingest-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.hl7_queue[0].alarm_names, {}) : "hl7-queue-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.hl7_acknowledgement_queue[0].alarm_names, {}) : "hl7-acknowledgements-${replace(name, "_", "-")}" => alarm },
  )
}

module "hl7_queue" {
  source = "./modules/queue"
  count  = local._hl7_count

  alert_topic_arn            = module.observability.alert_topic_arn
  context                    = local.context
  fifo                       = var.hl7.fifo
  kms_key_arn                = module.encryption.key_arns["phi"]
  maximum_receives           = var.hl7.maximum_receives
  name                       = "hl7"
  senders                    = var.hl7.senders
  visibility_timeout_seconds = 360 # six times the function's timeout
}

# What senders that want to know are told: AA, AE or AR. They read it, so nothing here consumes it.
module "hl7_acknowledgement_queue" {
  source = "./modules/queue"
  count  = local._hl7_acknowledgements ? 1 : 0

  alert_topic_arn = module.observability.alert_topic_arn
  context         = local.context
  fifo            = var.hl7.fifo
  kms_key_arn     = module.encryption.key_arns["phi"]
  name            = "hl7-acknowledgements"
}

# Patients' and visits' states, every event behind them for good, and receipts of messages, which alone expire.
module "patient_events_table" {
  source = "./modules/table"
  count  = local._hl7_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "patient-events"
  partition_key       = { name = "subject" }
  sort_key            = { name = "entry" }
  ttl_attribute       = "expires_at"

  # From the id on the bus to the event.
  global_secondary_indexes = {
    by-event-id = { partition_key = { name = "event_id" }, projection = "KEYS_ONLY" }
  }
}

# What came, byte by byte, what was refused and why, and the documents that messages carried.
module "hl7_messages_bucket" {
  source = "./modules/bucket"
  count  = local._hl7_count

  access_log_bucket = { name = module.audit.access_log_bucket_name }
  context           = local.context
  force_destroy     = var.hl7.force_destroy
  kms_key_arn       = module.encryption.key_arns["phi"]
  name              = "hl7-messages"
}

module "hl7_function" {
  source = "./modules/function"
  count  = local._hl7_count

  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "HL7 v2 messages into patients' events"
  handler                 = "hl7_ingest.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.hl7.memory_size
  name                    = "hl7-ingest"
  package                 = local.packages["hl7_ingest"]
  platform                = local.function_platform
  reserved_concurrency    = var.hl7.reserved_concurrency
  timeout                 = 60

  environment = merge(
    {
      AUDIT_TABLE                  = module.audit_table[0].name
      CONTROL_ID_DAYS              = tostring(var.hl7.control_id_days)
      EVENT_BUS                    = local.clinical_events_name
      HL7_TABLE                    = module.patient_events_table[0].name
      LOG_LEVEL                    = "INFO"
      MAXIMUM_MESSAGE_BYTES        = tostring(var.hl7.maximum_message_megabytes * 1048576)
      MESSAGE_BUCKET               = module.hl7_messages_bucket[0].name
      PATIENT_IDENTIFIER           = jsonencode(var.patient_identifier)
      POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Messages"
      POWERTOOLS_SERVICE_NAME      = local._hl7_service
      PROCESSING_IDS               = join(",", sort(var.hl7.processing_ids))
      TIME_ZONE                    = var.hl7.time_zone
    },
    { for queue in module.hl7_acknowledgement_queue : "ACK_QUEUE_URL" => queue.url },
  )

  queues = {
    hl7 = {
      key_arn             = module.encryption.key_arns["phi"]
      maximum_concurrency = var.hl7.maximum_concurrency
      queue_arn           = module.hl7_queue[0].arn
    }
  }

  permissions = merge(
    {
      # TransactWriteItems has no action of its own: AWS judges the puts within it. Nothing is ever deleted.
      store_events = {
        actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        resources = [local.hl7_table_arn]
      }
      # In the same transaction: no record changes without its row, and no row changes at all.
      add_to_audit = {
        actions   = ["dynamodb:PutItem"]
        resources = [local.audit_table_arn]
      }
      keep_originals = {
        actions   = ["s3:PutObject"]
        resources = [for prefix in ["received", "quarantine", "documents"] : "${local.hl7_bucket_arn}/${prefix}/*"]
      }
      # What is too large for the queue, and what is sent in again.
      read_originals = {
        actions   = ["s3:GetObject", "s3:GetObjectVersion"]
        resources = [for prefix in ["incoming", "received", "quarantine"] : "${local.hl7_bucket_arn}/${prefix}/*"]
      }
      # Without it S3 answers 403 for an object that isn't there: a fault that would be tried again for nothing.
      # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
      know_what_is_missing = {
        actions   = ["s3:ListBucket"]
        resources = [local.hl7_bucket_arn]
      }
      announce = {
        actions   = ["events:PutEvents"]
        resources = [local.clinical_events_arn]
      }
      use_stores_key = {
        actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
        resources = [module.encryption.key_arns["phi"]]
        conditions = {
          StringEquals = { "kms:ViaService" = concat(
            ["dynamodb.${var.region}.amazonaws.com", "s3.${var.region}.amazonaws.com"],
            [for queue in module.hl7_acknowledgement_queue : "sqs.${var.region}.amazonaws.com"],
          ) }
        }
      }
    },
    {
      for queue in module.hl7_acknowledgement_queue : "acknowledge" => {
        actions   = ["sqs:SendMessage"]
        resources = [queue.arn]
      }
    },
  )
}
