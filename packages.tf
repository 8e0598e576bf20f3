# Where the functions' code comes from, and who has signed it: docs/environments.md.
locals {
  # By name of the zip: what the workload's own `package` names, else what var.packages names, else dist/<name>.zip. One zip
  # may serve several functions. Terraform builds none of them.
  packages = {
    for name, own in {
      appointments       = var.appointments == null ? null : var.appointments.package
      compliance_auditor = var.compliance_auditor == null ? null : var.compliance_auditor.package
      document_ingest    = var.documents == null ? null : var.documents.package
      fhir_ingest        = var.fhir == null ? null : var.fhir.package
      hl7_ingest         = var.hl7 == null ? null : var.hl7.package
      patient_api        = var.patient_api == null ? null : var.patient_api.package
      rag_orchestrator   = var.rag == null ? null : var.rag.packages.orchestrator
      rag_retrieval      = var.rag == null ? null : var.rag.packages.retrieval
      } : name => {
      build_command = own.build_command
      filename      = own.s3 != null ? null : own.filename != null ? own.filename : contains(keys(var.packages), name) ? null : "${path.module}/dist/${name}.zip"
      s3            = own.s3 != null ? own.s3 : own.filename != null ? null : lookup(var.packages, name, null)
    } if own != null
  }

  code_signing_config_arn = var.code_signing == null ? var.code_signing_config_arn : one(module.code_signing[*].config_arn)

  # Packages are signed here, unless by somebody else's profile.
  _signing_count = var.code_signing == null ? 0 : length(var.code_signing.profile_version_arns) == 0 ? 1 : 0
}

module "code_signing" {
  source = "./modules/code_signing"
  count  = var.code_signing == null ? 0 : 1

  context              = local.context
  policy               = var.code_signing.policy
  profile_version_arns = var.code_signing.profile_version_arns
}

# What is to be signed, and what was. Old versions stay: a version of a function can be made anew from its package.
module "packages_bucket" {
  source = "./modules/bucket"
  count  = local._signing_count

  access_log_bucket = { name = module.audit.access_log_bucket_name }
  context           = local.context
  kms_key_arn       = module.encryption.key_arns["configuration"]
  name              = "packages"
}
