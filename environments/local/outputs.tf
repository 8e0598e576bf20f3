output "alarm_names" {
  description = "Names of all alarms, by what they watch."
  value       = module.healthcare.alarm_names
}

output "alert_topic_arn" {
  description = "ARN of the topic that hears of every alarm."
  value       = module.healthcare.alert_topic_arn
}

output "api_id" {
  description = "Id of the REST API."
  value       = module.healthcare.api_id
}

output "audit_table" {
  description = "Name of the audit table."
  value       = module.healthcare.tables["audit"].name
}

output "audit_table_arn" {
  description = "ARN of the audit table."
  value       = module.healthcare.tables["audit"].arn
}

output "backup" {
  description = "Where backups are: vault_name, vault_arn, role_arn, restore_role_arn."
  value       = module.healthcare.backup
}

output "break_glass_alarm" {
  description = "Name of the alarm that goes off when someone breaks the glass."
  value       = module.healthcare.alarm_names["patient-api-break-glass"]
}

output "compliance_auditor_function" {
  description = "Name of the function that runs the checklist."
  value       = module.healthcare.functions["compliance_auditor"].function_name
}

output "compliance_auditor_role" {
  description = "Name of the role of the function that runs the checklist."
  value       = module.healthcare.functions["compliance_auditor"].role_name
}

output "documents_bucket" {
  description = "Name of the bucket of documents."
  value       = module.healthcare.documents_bucket
}

output "evidence_bucket" {
  description = "Name of the bucket that holds the checklist's locked reports."
  value       = module.healthcare.evidence_bucket
}

output "function_names" {
  description = "Names of the functions."
  value       = { for name, function in module.healthcare.functions : name => function.function_name }
}

output "function_platform" {
  description = "What a function of your own stands on."
  value       = module.healthcare.function_platform
}

output "fhir_ingest_role" {
  description = "Name of the role of the function that ingests FHIR."
  value       = module.healthcare.functions["fhir_ingest"].role_name
}

output "fhir_queue" {
  description = "The queue of FHIR resources and Bundles: url, dead_letter_url."
  value       = module.healthcare.fhir_queue
}

output "gateway_path" {
  description = "Where the API begins on the local gateway: its address, this, then the path of the OpenAPI document."
  value       = "/${module.healthcare.api_stage}"
}

output "hl7_bucket" {
  description = "Name of the bucket of HL7 messages."
  value       = module.healthcare.hl7_bucket
}

output "hl7_ingest_role" {
  description = "Name of the role of the function that stores HL7 messages."
  value       = module.healthcare.functions["hl7_ingest"].role_name
}

output "hl7_queue" {
  description = "The queue that takes HL7 messages: url, dead_letter_url, acknowledgement_url."
  value       = module.healthcare.hl7_queue
}

output "key_arns" {
  description = "ARNs of the keys by data domain."
  value       = module.healthcare.key_arns
}

output "log_group_names" {
  description = "Names of all log groups, by what writes to them."
  value       = module.healthcare.log_group_names
}

output "patient_api_function" {
  description = "Name of the patient API's function."
  value       = module.healthcare.functions["patient_api"].function_name
}

output "patient_api_role" {
  description = "Name of the role of the patient API's function."
  value       = module.healthcare.functions["patient_api"].role_name
}

output "patient_events_table" {
  description = "Name of the table of patients' events."
  value       = module.healthcare.tables["patient_events"].name
}

output "patient_table" {
  description = "Name of the table of records."
  value       = module.healthcare.tables["patients"].name
}

output "relationship_table" {
  description = "Name of the table of who treats whom."
  value       = module.healthcare.tables["relationships"].name
}

output "role_names" {
  description = "Names of the functions' roles."
  value       = { for name, function in module.healthcare.functions : name => function.role_name }
}

output "stage" {
  description = "Name of the API's stage."
  value       = module.healthcare.api_stage
}

output "tables" {
  description = "Names of the tables, by what they hold."
  value       = { for name, table in module.healthcare.tables : name => table.name }
}

output "user_pool_client_id" {
  description = "Id of the user pool's client."
  value       = module.healthcare.user_pool_client_id
}

output "user_pool_id" {
  description = "Id of the user pool."
  value       = module.healthcare.user_pool_id
}
