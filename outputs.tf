output "alarm_names" {
  description = "Names of all alarms, by what they watch."
  value       = merge(module.observability.alarm_names, local._module_alarm_names)
}

output "alert_topic_arn" {
  description = "ARN of the topic that hears of every alarm."
  value       = module.observability.alert_topic_arn
}

output "api_id" {
  description = "Id of the REST API. Null where no workload has one."
  value       = one(module.api[*].api_id)
}

output "api_stage" {
  description = "Name of the API's stage. Null where no workload has one."
  value       = one(module.api[*].stage_name)
}

output "api_url" {
  description = "Address of the API. Null where no workload has one."
  value       = one(module.api[*].invoke_url)
}

output "backup" {
  description = "Where backups are: vault_name, vault_arn, role_arn, restore_role_arn. Null where there are none."
  value = one([for backup in module.backup : {
    restore_role_arn = backup.restore_role_arn
    role_arn         = backup.role_arn
    vault_arn        = backup.vault_arn
    vault_name       = backup.vault_name
  }])
}

output "context" {
  description = "Where this is deployed: what every module here takes as `context`."
  value       = local.context
}

output "documents_bucket" {
  description = "Name of the bucket of documents: what is put below incoming/ is read. Null where documents are off."
  value       = one(module.documents_bucket[*].name)
}

output "egress_subnet_ids" {
  description = "Ids of the subnets from which the hosts on the allow-list can be reached, by zone: what modules/function takes as `allow_listed_egress`. Empty where no host is named."
  value       = module.network.egress_subnet_ids
}

output "email_dkim_tokens" {
  description = "What proves to SES that the sender's domain is yours: publish each as a CNAME, TOKEN._domainkey.DOMAIN to TOKEN.dkim.amazonses.com. Empty where no identity is made here."
  value       = flatten([for identity in aws_sesv2_email_identity.appointments : identity.dkim_signing_attributes[*].tokens])
}

output "evidence_bucket" {
  description = "Name of the bucket that holds the checklist's locked reports. Null where the auditor is off."
  value       = one(module.evidence_bucket[*].name)
}

output "fhir_queue" {
  description = "The queue that takes FHIR resources and Bundles: url, dead_letter_url. Null where FHIR is off."
  value       = one([for queue in module.fhir_queue : { dead_letter_url = queue.dead_letter_url, url = queue.url }])
}

output "function_platform" {
  description = "What a function of your own stands on: what modules/function takes as `platform`."
  value       = local.function_platform
}

output "functions" {
  description = "The functions by name: function_name, arn, alias_arn, role_name, role_arn, log_group_name, security_group_id."
  value = {
    for name, function in {
      appointment_notifications = one(module.appointment_notifications_function)
      appointments              = one(module.appointments_function)
      compliance_auditor        = one(module.compliance_auditor_function)
      document_ingest           = one(module.document_ingest_function)
      fhir_api                  = one(module.fhir_api_function)
      fhir_ingest               = one(module.fhir_ingest_function)
      hl7_ingest                = one(module.hl7_function)
      patient_api               = one(module.patient_api_function)
      rag_ingest                = one(module.rag_ingest_function)
      rag_migrations            = one(module.rag_migrations_function)
      rag_orchestrator          = one(module.rag_orchestrator_function)
      rag_retrieval             = one(module.rag_retrieval_function)
      } : name => {
      alias_arn         = function.alias_arn
      arn               = function.arn
      function_name     = function.function_name
      log_group_name    = function.log_group_name
      role_arn          = function.role_arn
      role_name         = function.role_name
      security_group_id = function.security_group_id
    } if function != null
  }
}

output "hl7_bucket" {
  description = "Name of the bucket of HL7 messages: incoming/, received/, quarantine/, documents/. Null where HL7 is off."
  value       = one(module.hl7_messages_bucket[*].name)
}

output "hl7_queue" {
  description = "The queue that takes HL7 messages: url, dead_letter_url, acknowledgement_url (null without acknowledgements). Null where HL7 is off."
  value = one([for queue in module.hl7_queue : {
    acknowledgement_url = one(module.hl7_acknowledgement_queue[*].url)
    dead_letter_url     = queue.dead_letter_url
    url                 = queue.url
  }])
}

output "key_arns" {
  description = "ARNs of the keys by data domain: backup, configuration, logs, phi; hashing where RAG is on."
  value       = module.encryption.key_arns
}

output "log_group_names" {
  description = "Names of all log groups, by what writes to them."
  value = merge(
    { flow_logs = module.network.flow_log_group_name, trail = module.audit.log_group_name },
    { for api in module.api : "api_access" => api.access_log_group_name },
    { for api in module.api : "api_execution" => api.execution_log_group_name },
    { for api in module.api : "api_waf" => api.waf_log_group_name },
    { for function in module.appointment_notifications_function : "appointment_notifications" => function.log_group_name },
    { for function in module.appointments_function : "appointments" => function.log_group_name },
    { for function in module.compliance_auditor_function : "compliance_auditor" => function.log_group_name },
    { for function in module.document_ingest_function : "document_ingest" => function.log_group_name },
    { for function in module.fhir_api_function : "fhir_api" => function.log_group_name },
    { for function in module.fhir_ingest_function : "fhir_ingest" => function.log_group_name },
    { for function in module.hl7_function : "hl7_ingest" => function.log_group_name },
    { for function in module.patient_api_function : "patient_api" => function.log_group_name },
    { for database in module.rag_database : "rag_database" => database.log_group_name },
    { for function in module.rag_ingest_function : "rag_ingest" => function.log_group_name },
    { for function in module.rag_migrations_function : "rag_migrations" => function.log_group_name },
    { for function in module.rag_orchestrator_function : "rag_orchestrator" => function.log_group_name },
    { for function in module.rag_retrieval_function : "rag_retrieval" => function.log_group_name },
  )
}

output "packages_bucket" {
  description = "Name of the bucket in which packages are signed. Null without `code_signing`, or where the profiles are yours."
  value       = one(module.packages_bucket[*].name)
}

output "rag_database" {
  description = "The database of chunks that was made here: cluster_identifier, host, port, name, security_group_id, master_secret_arn. Null where there is none."
  value = one([for database in module.rag_database : {
    cluster_identifier = database.cluster_identifier
    host               = database.host
    master_secret_arn  = database.master_secret_arn
    name               = database.name
    port               = database.port
    security_group_id  = database.security_group_id
  }])
}

output "rag_model_secret_arn" {
  description = "ARN of the secret that takes the model's API key: put it there before the first question. Null where the secret is yours, or no key is needed."
  value       = one(aws_secretsmanager_secret.rag_model[*].arn)
}

output "rag_queue" {
  description = "The queue of documents that wait for their chunks: url, dead_letter_url. Null where RAG is off."
  value       = one([for queue in module.rag_ingest_queue : { dead_letter_url = queue.dead_letter_url, url = queue.url }])
}

output "signing_profile" {
  description = "Name of the signing profile that was made here. Null without `code_signing`, or where the profiles are yours."
  value       = one([for signing in module.code_signing : signing.profile_name])
}

output "tables" {
  description = "The tables by what they hold: name and ARN."
  value = merge(
    { for table in module.appointment_outbox_table : "appointment_outbox" => { arn = table.arn, name = table.name } },
    { for table in module.appointment_requests_table : "appointment_requests" => { arn = table.arn, name = table.name } },
    { for table in module.appointment_slots_table : "appointment_slots" => { arn = table.arn, name = table.name } },
    { for table in module.appointments_table : "appointments" => { arn = table.arn, name = table.name } },
    { for table in module.audit_table : "audit" => { arn = table.arn, name = table.name } },
    { for table in module.documents_table : "documents" => { arn = table.arn, name = table.name } },
    { for table in module.fhir_messages_table : "fhir_messages" => { arn = table.arn, name = table.name } },
    { for table in module.fhir_resources_table : "fhir_resources" => { arn = table.arn, name = table.name } },
    { for table in module.patient_events_table : "patient_events" => { arn = table.arn, name = table.name } },
    { for table in module.patients_table : "patients" => { arn = table.arn, name = table.name } },
    { for table in module.provider_schedules_table : "provider_schedules" => { arn = table.arn, name = table.name } },
    { for table in module.relationships_table : "relationships" => { arn = table.arn, name = table.name } },
  )
}

output "trail_archive_bucket" {
  description = "Name of the bucket that holds the locked archive of the trail."
  value       = module.audit.archive_bucket_name
}

output "user_pool_client_id" {
  description = "Id of the user pool's client."
  value       = module.identity.client_id
}

output "user_pool_id" {
  description = "Id of the user pool."
  value       = module.identity.user_pool_id
}

output "user_pool_issuer" {
  description = "Issuer of the user pool's tokens."
  value       = module.identity.issuer
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.network.vpc_id
}
