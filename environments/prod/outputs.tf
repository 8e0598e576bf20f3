output "alert_topic_arn" {
  description = "ARN of the topic that hears of every alarm."
  value       = module.healthcare.alert_topic_arn
}

output "api_url" {
  description = "Address of the API. Null where no workload has one."
  value       = module.healthcare.api_url
}

output "context" {
  description = "Where this is deployed: what modules of your own take as `context`."
  value       = module.healthcare.context
}

output "documents_bucket" {
  description = "Name of the bucket of documents: what is put below incoming/ is read. Null where documents are off."
  value       = module.healthcare.documents_bucket
}

output "email_dkim_tokens" {
  description = "What proves to SES that the sender's domain is yours: publish each as a CNAME, TOKEN._domainkey.DOMAIN to TOKEN.dkim.amazonses.com."
  value       = module.healthcare.email_dkim_tokens
}

output "evidence_bucket" {
  description = "Name of the bucket that holds the checklist's locked reports. Null where the auditor is off."
  value       = module.healthcare.evidence_bucket
}

output "fhir_queue" {
  description = "The queue that takes FHIR resources and Bundles: url, dead_letter_url. Null where FHIR is off."
  value       = module.healthcare.fhir_queue
}

output "function_platform" {
  description = "What a function of your own stands on: what modules/function takes as `platform`."
  value       = module.healthcare.function_platform
}

output "functions" {
  description = "The functions by name: function_name, arn, alias_arn, role_name, role_arn, log_group_name, security_group_id."
  value       = module.healthcare.functions
}

output "hl7_bucket" {
  description = "Name of the bucket of HL7 messages. Null where HL7 is off."
  value       = module.healthcare.hl7_bucket
}

output "hl7_queue" {
  description = "The queue that takes HL7 messages: url, dead_letter_url, acknowledgement_url. Null where HL7 is off."
  value       = module.healthcare.hl7_queue
}

output "packages_bucket" {
  description = "Name of the bucket in which packages are signed. Null where that is done elsewhere."
  value       = module.healthcare.packages_bucket
}

output "rag_model_secret_arn" {
  description = "ARN of the secret that takes the model's API key. Null where no key is needed."
  value       = module.healthcare.rag_model_secret_arn
}

output "signing_profile" {
  description = "Name of the signing profile that was made here. Null where there is none."
  value       = module.healthcare.signing_profile
}

output "tables" {
  description = "The tables by what they hold: name and ARN."
  value       = module.healthcare.tables
}

output "trail_archive_bucket" {
  description = "Name of the bucket that holds the locked archive of the trail."
  value       = module.healthcare.trail_archive_bucket
}

output "user_pool_client_id" {
  description = "Id of the user pool's client."
  value       = module.healthcare.user_pool_client_id
}

output "user_pool_id" {
  description = "Id of the user pool."
  value       = module.healthcare.user_pool_id
}
