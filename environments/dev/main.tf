# The root module in an account of this environment's own. main.tf, outputs.tf and versions.tf of staging and prod are links to dev's,
# variables*.tf are links to the root module's: what differs stands in terraform.tfvars, and nowhere else (docs/environments.md).
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id] # nothing is ever planned or applied with another account's credentials
}

module "healthcare" {
  source = "../.."

  account_id               = var.account_id
  api                      = var.api
  appointments             = var.appointments
  architecture             = var.architecture
  audit                    = var.audit
  backup                   = var.backup
  code_signing             = var.code_signing
  code_signing_config_arn  = var.code_signing_config_arn
  compliance_auditor       = var.compliance_auditor
  deletion_protection      = var.deletion_protection
  documents                = var.documents
  fhir                     = var.fhir
  hl7                      = var.hl7
  identity                 = var.identity
  key_deletion_window_days = var.key_deletion_window_days
  log_masking              = var.log_masking
  log_retention_days       = var.log_retention_days
  name_prefix              = var.name_prefix
  network                  = var.network
  observability            = var.observability
  packages                 = var.packages
  partition                = var.partition
  patient_api              = var.patient_api
  patient_identifier       = var.patient_identifier
  permissions_boundary_arn = var.permissions_boundary_arn
  rag                      = var.rag
  region                   = var.region
  reserve_concurrency      = var.reserve_concurrency
  tags                     = var.tags
}
