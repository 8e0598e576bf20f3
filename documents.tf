# Medical documents: what is dropped below incoming/ becomes text, chunks and metadata, whose patient is known: docs/documents.md.
locals {
  _documents_on    = var.documents != null
  _documents_count = local._documents_on ? 1 : 0
  # The metrics' only dimension.
  _documents_service = "${var.name_prefix}-document-ingest"

  # Derived from names, so that policies are known at plan.
  documents_bucket_name = "${var.name_prefix}-documents-${var.account_id}"
  documents_bucket_arn  = "arn:${var.partition}:s3:::${local.documents_bucket_name}"
  documents_table_arn   = "${local._table_arn_prefix}-documents"

  # What this workload adds to main.tf.
  _documents_endpoints = local._documents_on ? toset(["events"]) : toset([])
  _documents_alarms = {
    for name, alarm in {
      documents-quarantined = {
        description = "A document can't be stored: see the reason in its row of the table of documents"
        metric_name = "DocumentQuarantined"
      }
      } : name => merge(alarm, {
        comparison     = "GreaterThanOrEqualToThreshold"
        dimensions     = { service = local._documents_service }
        namespace      = "Healthcare/Messages"
        period_seconds = 60
        threshold      = 1
    }) if local._documents_on
  }
  _documents_alarm_names = {
    for name, alarm in try(module.document_ingest_function[0].alarm_names, {}) : "document-ingest-${replace(name, "_", "-")}" => alarm
  }
}

# The originals below incoming/, all their versions, and what was made of them below derived/, which no rule looks at.
module "documents_bucket" {
  source = "./modules/bucket"
  count  = local._documents_count

  access_log_bucket   = { name = module.audit.access_log_bucket_name }
  context             = local.context
  event_notifications = true
  force_destroy       = var.documents.force_destroy
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "documents"
}

# What each object is now, and what became of each of its versions, quarantine and its reasons included.
module "documents_table" {
  source = "./modules/table"
  count  = local._documents_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "documents"
  partition_key       = { name = "document_id" }
  sort_key            = { name = "entry" }
}

module "document_ingest_function" {
  source = "./modules/function"
  count  = local._documents_count

  alarms                  = { duration = { threshold = 60000 } } # a long PDF takes its time
  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "Medical documents into text, chunks and metadata"
  handler                 = "document_ingest.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.documents.memory_size
  name                    = "document-ingest"
  package                 = local.packages["document_ingest"]
  platform                = local.function_platform
  reserved_concurrency    = var.documents.reserved_concurrency
  timeout                 = 180 # the reader's 90, the download, and AWS at its slowest

  environment = {
    AUDIT_TABLE                  = module.audit_table[0].name
    DEFAULT_ACCESS_LABEL         = var.documents.default_access_label
    DOCUMENT_BUCKET              = module.documents_bucket[0].name
    DOCUMENT_TABLE               = module.documents_table[0].name
    EVENT_BUS                    = local.clinical_events_name
    LOG_LEVEL                    = "INFO"
    MAXIMUM_MEGABYTES            = jsonencode(var.documents.maximum_megabytes)
    PATIENT_IDENTIFIER           = jsonencode(var.patient_identifier)
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Messages"
    POWERTOOLS_SERVICE_NAME      = local._documents_service
    READER_MEGABYTES             = tostring(var.documents.memory_size - 512) # the rest is the function's own
    READER_SECONDS               = "45"
  }

  # A key outside of incoming/ calls nothing: what the function writes can't call it again.
  event_rules = {
    incoming = {
      pattern = jsonencode({
        source      = ["aws.s3"]
        detail-type = ["Object Created", "Object Deleted"]
        detail = {
          bucket = { name = [local.documents_bucket_name] }
          object = { key = [{ prefix = "incoming/" }] }
        }
      })
    }
  }

  permissions = {
    read_documents = {
      actions   = ["s3:GetObject", "s3:GetObjectVersion"]
      resources = ["${local.documents_bucket_arn}/incoming/*"]
    }
    # Without it S3 answers 403 for an object that isn't there: a fault that would be tried again for nothing.
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    know_what_is_there = {
      actions   = ["s3:ListBucket"]
      resources = [local.documents_bucket_arn]
    }
    # Deleting hides the current version. None is destroyed: that would take s3:DeleteObjectVersion.
    keep_text = {
      actions   = ["s3:DeleteObject", "s3:PutObject"]
      resources = ["${local.documents_bucket_arn}/derived/*"]
    }
    # TransactWriteItems has no action of its own: AWS judges the puts within it. Nothing is ever deleted.
    store_documents = {
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      resources = [local.documents_table_arn]
    }
    # In the same transaction: no record changes without its row, and no row changes at all.
    add_to_audit = {
      actions   = ["dynamodb:PutItem"]
      resources = [local.audit_table_arn]
    }
    announce = {
      actions   = ["events:PutEvents"]
      resources = [local.clinical_events_arn]
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
