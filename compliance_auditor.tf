# The HIPAA checklist of this account, every day: reports under a lock, a metric for each status, alarms on a FAIL and on silence.
locals {
  _compliance_auditor_on    = var.compliance_auditor != null
  _compliance_auditor_count = local._compliance_auditor_on ? 1 : 0
  # The metrics' only dimension, and what the module's alarms look at.
  _compliance_auditor_service   = "${var.name_prefix}-compliance-auditor"
  _compliance_auditor_namespace = "Healthcare/Compliance"

  # Derived from the name, so that the policy is known at plan.
  _evidence_arn = "arn:${var.partition}:s3:::${var.name_prefix}-evidence-${var.account_id}"

  # What this workload adds to main.tf: alarms alone. It is in no VPC, and behind no API.
  _compliance_auditor_alarm_names = merge(
    { for name, alarm in try(module.compliance_auditor_function[0].alarm_names, {}) : "compliance-auditor-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.compliance_auditor[0].alarm_names, {}) : "compliance-auditor-${name}" => alarm },
  )
}

module "evidence_bucket" {
  source = "./modules/bucket"
  count  = local._compliance_auditor_count

  access_log_bucket = { name = module.audit.access_log_bucket_name }
  context           = local.context
  force_destroy     = var.compliance_auditor.force_destroy
  kms_key_arn       = module.encryption.key_arns["logs"]
  name              = "evidence"
  object_lock       = var.compliance_auditor.object_lock
}

module "compliance_auditor_function" {
  source = "./modules/function"
  count  = local._compliance_auditor_count

  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "The HIPAA checklist of this account, as evidence"
  handler                 = "compliance_auditor.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.compliance_auditor.memory_size
  name                    = "compliance-auditor"
  outside_vpc_reason      = "Reads configuration through APIs of which many have no VPC endpoint and sees no health information"
  package                 = local.packages["compliance_auditor"]
  platform                = local.function_platform
  reserved_concurrency    = var.compliance_auditor.reserved_concurrency
  timeout                 = var.compliance_auditor.timeout

  # One call a day: its first error counts, and so does the first that takes half of the time it has.
  alarms = {
    duration = { evaluation_periods = 1, threshold = var.compliance_auditor.timeout * 500 }
    errors   = { threshold = 0 }
  }

  # The event itself is passed on: its id is the run's, so that a second delivery writes no second report.
  event_rules = { schedule = { schedule = var.compliance_auditor.schedule } }

  environment = merge(
    {
      AUDITED_REGIONS              = join(",", sort(length(var.compliance_auditor.regions) == 0 ? [var.region] : var.compliance_auditor.regions))
      EVIDENCE_BUCKET              = module.evidence_bucket[0].name
      LOG_LEVEL                    = "INFO"
      POWERTOOLS_METRICS_NAMESPACE = local._compliance_auditor_namespace
      POWERTOOLS_SERVICE_NAME      = local._compliance_auditor_service
    },
    { for name, file in {
      ATTESTATIONS_FILE = var.compliance_auditor.attestations_file
      WAIVERS_FILE      = var.compliance_auditor.waivers_file
    } : name => file if file != null },
  )

  permissions = {
    # New reports in its own account's folder, and nothing else: it can't read, delete or unlock what is there.
    add_evidence = {
      actions   = ["s3:PutObject"]
      resources = ["${local._evidence_arn}/${var.account_id}/*"]
    }
    use_buckets_key = {
      actions    = ["kms:GenerateDataKey"]
      resources  = [module.encryption.key_arns["logs"]]
      conditions = { StringEquals = { "kms:ViaService" = ["s3.${var.region}.amazonaws.com"] } }
    }
    # Lambda tells what a function's variables are called to whoever may decrypt them, or else nothing: LAM-05 looks for
    # secrets there. Of this deployment's functions; of others with keys of their own LAM-05 is UNKNOWN, and says so.
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    look_for_secrets = {
      actions   = ["kms:Decrypt"]
      resources = [module.encryption.key_arns["configuration"]]
      conditions = {
        ArnLike      = { "kms:EncryptionContext:aws:lambda:FunctionArn" = ["arn:${var.partition}:lambda:${var.region}:${var.account_id}:function:${var.name_prefix}-*"] }
        StringEquals = { "kms:ViaService" = ["lambda.${var.region}.amazonaws.com"] }
      }
    }
  }
}

# What it may read, and when to worry.
module "compliance_auditor" {
  source = "./modules/compliance_auditor"
  count  = local._compliance_auditor_count

  alert_topic_arn    = module.observability.alert_topic_arn
  context            = local.context
  metrics_namespace  = local._compliance_auditor_namespace
  missed_after_hours = var.compliance_auditor.missed_after_hours
  role_name          = module.compliance_auditor_function[0].role_name
  service            = local._compliance_auditor_service
}
