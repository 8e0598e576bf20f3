# Backups of every store that can't be made anew from another: docs/backup.md. On unless `backup = null`.
locals {
  # What is stored, by static names: ARNs are derived from names, so that the selections are known at plan.
  _backup_tables = merge(
    { for table in module.appointment_outbox_table : "appointment-outbox" => table.arn },
    { for table in module.appointment_requests_table : "appointment-requests" => table.arn },
    { for table in module.appointment_slots_table : "appointment-slots" => table.arn },
    { for table in module.appointments_table : "appointments" => table.arn },
    { for table in module.audit_table : "audit" => table.arn },
    { for table in module.documents_table : "documents" => table.arn },
    { for table in module.fhir_messages_table : "fhir-messages" => table.arn },
    { for table in module.fhir_resources_table : "fhir-resources" => table.arn },
    { for table in module.patient_events_table : "patient-events" => table.arn },
    { for table in module.patients_table : "patients" => table.arn },
    { for table in module.provider_schedules_table : "provider-schedules" => table.arn },
    { for table in module.relationships_table : "relationships" => table.arn },
  )
  # Not among them: chunks (made anew from the documents), the trail's archive and the checklist's reports (locked where they are).
  _backup_buckets = merge(
    { for bucket in module.documents_bucket : "documents" => bucket.arn },
    { for bucket in module.fhir_messages_bucket : "fhir-messages" => bucket.arn },
    { for bucket in module.hl7_messages_bucket : "hl7-messages" => bucket.arn },
  )
  # Derived from its name, as the ARNs of the others are: the cluster tells its own once it is made.
  _backup_clusters = {
    for database in module.rag_database : "rag" => "arn:${var.partition}:rds:${var.region}:${var.account_id}:cluster:${var.name_prefix}-rag"
  }

  _backup_on    = var.backup != null && anytrue([local._disclosing_count > 0, local._documents_on, local._fhir_on, local._hl7_on])
  _backup_count = local._backup_on ? 1 : 0

  # What this adds to main.tf.
  _backup_alarm_names = { for name, alarm in try(module.backup[0].alarm_names, {}) : "backup-${name}" => alarm }
  _backup_keys = {
    for name, key in {
      backup = {
        description          = "Backups: apart from what they are copies of"
        deletion_window_days = var.key_deletion_window_days
      }
    } : name => key if local._backup_on
  }
}

module "backup" {
  source = "./modules/backup"
  count  = local._backup_count

  alert_topic_arn          = module.observability.alert_topic_arn
  context                  = local.context
  copy_vault_arns          = var.backup.copy_vault_arns
  deletion_role_arns       = var.backup.deletion_role_arns
  force_destroy            = var.backup.force_destroy
  kms_key_arn              = module.encryption.key_arns["backup"]
  lock                     = var.backup.lock
  missed_after_hours       = var.backup.missed_after_hours
  permissions_boundary_arn = var.permissions_boundary_arn
  restore_testing          = var.backup.restore_testing
  rules                    = var.backup.rules
  store_kms_key_arns       = [module.encryption.key_arns["phi"]]

  stores = {
    buckets  = local._backup_buckets
    clusters = local._backup_clusters
    tables   = local._backup_tables
  }
}
