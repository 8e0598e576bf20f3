# Patient records under audit: GET and PUT /patients/{patient_id}, GET /patients/{patient_id}/disclosures.
locals {
  _patient_api_on    = var.patient_api != null
  _patient_api_count = local._patient_api_on ? 1 : 0
  # The metrics' only dimension. With the prefix in it, a test deployment beside this one raises its own alarms alone.
  _patient_api_service = "${var.name_prefix}-patient-api"
  _table_arn_prefix    = "arn:${var.partition}:dynamodb:${var.region}:${var.account_id}:table/${var.name_prefix}"

  # Derived from names, so that policies are known at plan.
  audit_table_arn        = "${local._table_arn_prefix}-audit"
  patient_table_arn      = "${local._table_arn_prefix}-patients"
  relationship_table_arn = "${local._table_arn_prefix}-relationships"

  # The whole encryption context of healthcare's SSN and nothing besides. ForAllValues by itself holds where there is no
  # context at all: what must be there is said by the other two.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  _ssn_key_conditions = {
    "ForAllValues:StringEquals" = { "kms:EncryptionContextKeys" = ["field", "record"] }
    Null                        = { "kms:EncryptionContext:record" = ["false"] }
    StringEquals                = { "kms:EncryptionContext:field" = ["ssn"] }
  }

  # What this workload adds to main.tf.
  _patient_api_endpoints = local._patient_api_on ? toset(["kms"]) : toset([])
  _patient_api_functions = {
    for name, function in { patient_api = one(module.patient_api_function) } : name => {
      function_name                     = function.function_name
      invoke_arn                        = function.invoke_arn
      qualifier                         = function.alias_name
    } if local._patient_api_on
  }
  _patient_api_alarms = {
    for name, alarm in {
      patient-api-audit-unavailable = {
        description    = "The audit table can't be written: the patient API discloses nothing until it can"
        metric_name    = "AuditUnavailable"
        comparison     = "GreaterThanOrEqualToThreshold"
        threshold      = 1
        period_seconds = 60
      }
      patient-api-break-glass = {
        description    = "Someone broke the glass: read the reason in the audit table and talk to them"
        metric_name    = "BreakGlass"
        comparison     = "GreaterThanOrEqualToThreshold"
        threshold      = 1
        period_seconds = 60
      }
      patient-api-unauthorized = {
        description    = "More than five refused attempts to see patients' records within a minute"
        metric_name    = "UnauthorizedAccessAttempt"
        comparison     = "GreaterThanThreshold"
        threshold      = 5
        period_seconds = 60
      }
    } : name => merge(alarm, { namespace = "Healthcare/Security", dimensions = { service = local._patient_api_service } })
    if local._patient_api_on
  }
}

module "patients_table" {
  source = "./modules/table"
  count  = anytrue([local._appointments_on, local._patient_api_on, local._rag_on]) ? 1 : 0

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "patients"
  partition_key       = { name = "patient_id" }
}

# Who saw what, in whichever workload. Rows are only ever added: functions may neither change nor delete them.
module "audit_table" {
  source = "./modules/table"
  count  = local._audited_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "audit"
  partition_key       = { name = "patient_id" }
  sort_key            = { name = "event_id" }
}

# Whom a person treats, and which patient they are: written by the hospital's systems, only read here.
module "relationships_table" {
  source = "./modules/table"
  count  = local._disclosing_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "relationships"
  partition_key       = { name = "principal" }
  sort_key            = { name = "patient_id" }
  ttl_attribute       = "expires_at"
}

module "patient_api_function" {
  source = "./modules/function"
  count  = local._patient_api_count

  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "Patient records under audit"
  handler                 = "patient_api.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.patient_api.memory_size
  name                    = "patient-api"
  package                 = local.packages["patient_api"]
  platform                = local.function_platform
  provisioned_concurrency = var.patient_api.provisioned_concurrency
  reserved_concurrency    = var.patient_api.reserved_concurrency

  environment = {
    ALLOWED_ORIGINS              = join(",", sort(var.api.allowed_origins))
    AUDIT_TABLE                  = module.audit_table[0].name
    KMS_KEY_ID                   = module.encryption.key_arns["phi"]
    LOG_LEVEL                    = "INFO"
    PATIENT_TABLE                = module.patients_table[0].name
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Security"
    POWERTOOLS_SERVICE_NAME      = local._patient_api_service
    RELATIONSHIP_TABLE           = module.relationships_table[0].name
  }

  permissions = {
    # TransactWriteItems has no action of its own: AWS judges the update and the put within it.
    read_and_change_patients = {
      actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      resources = [local.patient_table_arn]
    }
    read_relationships = {
      actions   = ["dynamodb:GetItem"]
      resources = [local.relationship_table_arn]
    }
    add_to_and_read_audit = {
      actions   = ["dynamodb:PutItem", "dynamodb:Query"]
      resources = [local.audit_table_arn]
    }
    # The Social Security number: its ciphertext opens for the context it was sealed with, and for no other field.
    seal_and_open_ssn = {
      actions    = ["kms:Decrypt", "kms:Encrypt"]
      resources  = [module.encryption.key_arns["phi"]]
      conditions = local._ssn_key_conditions
    }
    # What DynamoDB does with the key for its caller.
    # https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html#dynamodb-authz
    use_tables_key = {
      actions    = ["kms:Decrypt", "kms:DescribeKey"]
      resources  = [module.encryption.key_arns["phi"]]
      conditions = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.region}.amazonaws.com"] } }
    }
  }
}
