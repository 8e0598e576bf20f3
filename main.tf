# The foundation, on one page. Each workload has a page of its own (patient_api.tf), is off unless asked for, and adds
# itself here in three places: the endpoints it needs, the alarms it raises, the functions it puts behind the API.
locals {
  context = {
    account_id  = var.account_id
    name_prefix = var.name_prefix
    partition   = var.partition
    region      = var.region
    tags        = var.tags
  }

  # What every function stands on: modules/function takes exactly this as `platform`.
  function_platform = {
    alert_topic_arn            = module.observability.alert_topic_arn
    endpoint_security_group_id = module.network.endpoint_security_group_id
    environment_key_arn        = module.encryption.key_arns["configuration"]
    log_export                 = module.audit.log_export
    log_masking                = var.log_masking
    logs_key_arn               = module.encryption.key_arns["logs"]
    permissions_boundary_arn   = var.permissions_boundary_arn
    phi_key_arn                = module.encryption.key_arns["phi"]
    prefix_list_ids            = module.network.gateway_endpoint_prefix_list_ids
    reserve_concurrency        = var.reserve_concurrency
    subnet_ids                 = values(module.network.subnet_ids)
    vpc_id                     = module.network.vpc_id
  }

  # Each endpoint costs money by the hour, so there are only those that a workload needs.
  _interface_endpoints = setunion(var.network.interface_endpoints, local._appointments_endpoints, local._documents_endpoints, local._fhir_endpoints, local._hl7_endpoints, local._patient_api_endpoints, local._rag_endpoints)
  _workload_alarms     = merge(local._appointments_alarms, local._documents_alarms, local._egress_alarms, local._fhir_alarms, local._hl7_alarms, local._patient_api_alarms, local._rag_alarms)
  _api_functions       = merge(local._appointments_functions, local._fhir_functions, local._patient_api_functions, local._rag_functions)

  # No host to reach, no way out.
  _egress_hosts = setunion(var.network.egress.hosts, local._rag_egress_hosts)
  _egress = length(local._egress_hosts) == 0 ? null : {
    cidr                = var.network.egress.cidr
    deletion_protection = var.deletion_protection
    hosts               = local._egress_hosts
    kms_key_arn         = module.encryption.key_arns["configuration"]
    private_names       = setunion(var.network.egress.private_names, local._rag_private_names)
    zones               = var.network.egress.zones
  }
  # Somebody tried what is not on the list. https://docs.aws.amazon.com/network-firewall/latest/developerguide/monitoring-cloudwatch.html
  _egress_alarms = {
    for zone in length(local._egress_hosts) == 0 ? toset([]) : length(var.network.egress.zones) == 0 ? toset(keys(var.network.subnets)) : var.network.egress.zones :
    "egress-refused-${zone}" => {
      comparison     = "GreaterThanOrEqualToThreshold"
      description    = "A function tried to reach a host that is not on the allow-list: see the firewall's alert log"
      dimensions     = { AvailabilityZone = zone, Engine = "Stateful", FirewallName = "${var.name_prefix}-egress" }
      metric_name    = "DroppedPackets"
      namespace      = "AWS/NetworkFirewall"
      period_seconds = 300
      threshold      = 1
    }
  }

  # Who discloses health information stands on the audit and the relationships, whichever workload it is.
  _disclosing_count = anytrue([local._appointments_on, local._fhir_on, local._patient_api_on, local._rag_on]) ? 1 : 0
  # Who changes it on its own account goes on the audit record, too.
  _audited_count = local._disclosing_count > 0 || local._documents_on || local._hl7_on ? 1 : 0

  # The bus that workloads tell of what they have stored. Derived from its name: its publishers come after it.
  clinical_events_arn    = "arn:${var.partition}:events:${var.region}:${var.account_id}:event-bus/${local.clinical_events_name}"
  clinical_events_name   = "${var.name_prefix}-clinical-events"
  _clinical_events_count = anytrue([local._documents_on, local._fhir_on, local._hl7_on]) ? 1 : 0
  _clinical_events_publishers = merge(
    { for function in module.document_ingest_function : "document-ingest" => function.role_arn },
    { for function in module.fhir_ingest_function : "fhir-ingest" => function.role_arn },
    { for function in module.hl7_function : "hl7-ingest" => function.role_arn },
  )

  # Alarms that modules raise on what they make, by what they watch.
  _module_alarm_names = merge(
    { for name, alarm in module.audit.alarm_names : "audit-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.api[0].alarm_names, {}) : "api-${name}" => alarm },
    { for name, alarm in try(module.patient_api_function[0].alarm_names, {}) : "patient-api-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.clinical_events[0].alarm_names, {}) : "clinical-events-${replace(name, "_", "-")}" => alarm },
    local._appointments_alarm_names,
    local._backup_alarm_names,
    local._compliance_auditor_alarm_names,
    local._documents_alarm_names,
    local._fhir_alarm_names,
    local._hl7_alarm_names,
    local._rag_alarm_names,
  )
}

# Keys before all that is encrypted with them. One a data domain: who may read logs need not be able to read records.
module "encryption" {
  source = "./modules/encryption"

  context = local.context
  keys = merge(local._backup_keys, local._rag_keys, {
    configuration = {
      description          = "Environment variables of functions"
      deletion_window_days = var.key_deletion_window_days
    }
    logs = {
      description          = "Logs, the trail and its archive, alerts"
      services             = ["budgets", "cloudtrail", "cloudwatch", "events", "logs"] # events: findings, to the alert topic
      deletion_window_days = var.key_deletion_window_days
    }
    phi = {
      description          = "Health information: tables, dead letters, encrypted fields"
      services             = ["event_buses", "events"] # events that could not be delivered wait in functions' dead letters
      deletion_window_days = var.key_deletion_window_days
    }
  })
}

module "network" {
  source = "./modules/network"

  context                             = local.context
  egress                              = local._egress
  endpoint_statements                 = local._rag_endpoint_statements
  interface_endpoint_zones            = var.network.interface_endpoint_zones
  interface_endpoint_zones_by_service = var.network.interface_endpoint_zones_by_service
  interface_endpoints                 = local._interface_endpoints
  log_kms_key_arn                     = module.encryption.key_arns["logs"]
  log_retention_days                  = var.log_retention_days
  permissions_boundary_arn            = var.permissions_boundary_arn
  subnets                             = var.network.subnets
  vpc_cidr                            = var.network.vpc_cidr
}

module "audit" {
  source = "./modules/audit"

  context                  = local.context
  data_event_arn_prefixes  = var.audit.data_event_arn_prefixes
  detection                = var.audit.detection
  force_destroy            = var.audit.force_destroy
  kms_key_arn              = module.encryption.key_arns["logs"]
  log_export               = { alarm = { topic_arn = module.observability.alert_topic_arn }, enabled = var.audit.log_export }
  log_retention_days       = var.log_retention_days
  object_lock              = var.audit.object_lock
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "observability" {
  source = "./modules/observability"

  alarms                = local._workload_alarms
  alert_on_findings     = var.observability.alert_on_findings
  context               = local.context
  dashboard_alarm_names = local._module_alarm_names
  kms_key_arn           = module.encryption.key_arns["logs"]
  monthly_budget        = var.observability.monthly_budget
  subscribers           = var.observability.subscribers
  trail_log_group       = { name = module.audit.log_group_name }
}

module "identity" {
  source = "./modules/identity"

  additional_auth_flows = var.identity.additional_auth_flows
  context               = local.context
  deletion_protection   = var.deletion_protection
  threat_protection     = var.identity.threat_protection
  token_validity        = var.identity.token_validity
}

# Ids and types of what workloads have stored, for downstream systems; never what is in it.
module "clinical_events" {
  source = "./modules/event_bus"
  count  = local._clinical_events_count

  alert_topic_arn     = module.observability.alert_topic_arn
  context             = local.context
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "clinical-events"
  publisher_role_arns = local._clinical_events_publishers
  queues              = local._rag_queues
}

# No function behind it, no API.
module "api" {
  source = "./modules/api"
  count  = length(local._api_functions) == 0 ? 0 : 1

  alert_topic_arn          = module.observability.alert_topic_arn
  allowed_source_cidrs     = var.api.allowed_source_cidrs
  context                  = local.context
  cors                     = { origins = var.api.allowed_origins }
  domain                   = var.api.domain
  functions                = local._api_functions
  log_export               = module.audit.log_export
  log_kms_key_arn          = module.encryption.key_arns["logs"]
  log_masking              = var.log_masking
  log_retention_days       = var.log_retention_days
  manage_account_logging   = var.api.manage_account_logging
  openapi_document         = file("${path.module}/openapi.yaml")
  permissions_boundary_arn = var.permissions_boundary_arn
  rate_limit               = var.api.rate_limit
  stage_name               = var.api.stage_name
  throttle                 = var.api.throttle
  tracing_enabled          = var.api.tracing_enabled
  user_pool_arn            = module.identity.user_pool_arn
}
