# The root module: the foundation by itself, the patient API when asked for, and what it may and may never do.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account_id = "123456789012"
  region     = "us-east-1"
  network = {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }
}

run "foundation_alone" {
  command = plan

  assert {
    condition     = length(module.api) == 0 && length(module.patient_api_function) == 0 && length(module.patients_table) == 0 && length(module.audit_table) == 0 && length(module.relationships_table) == 0
    error_message = "A workload that was not asked for leaves nothing behind."
  }
  assert {
    condition     = output.functions == {} && output.tables == {} && output.api_id == null && output.api_url == null
    error_message = "Outputs of what is off are empty."
  }
  assert {
    condition     = length(local._interface_endpoints) == 0
    error_message = "No workload, no interface endpoint: they cost money by the hour."
  }
  assert {
    condition     = output.backup == null && keys(output.key_arns) == ["configuration", "logs", "phi"]
    error_message = "One key a data domain."
  }
  assert {
    condition     = jsonencode(output.context) == jsonencode({ account_id = "123456789012", name_prefix = "healthcare", partition = "aws", region = "us-east-1", tags = {} })
    error_message = "The context that modules of one's own take."
  }
}

run "patient_api" {
  command = plan

  variables {
    patient_api = { package = { s3 = { bucket = "releases", key = "patient_api.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
  }

  assert {
    condition = jsonencode(local._ssn_key_conditions) == jsonencode({
      "ForAllValues:StringEquals" = { "kms:EncryptionContextKeys" = ["field", "record"] }
      Null                        = { "kms:EncryptionContext:record" = ["false"] }
      StringEquals                = { "kms:EncryptionContext:field" = ["ssn"] }
    })
    error_message = "The SSN's key is used with the whole encryption context and no other: ForAllValues alone holds where there is none."
  }
  assert {
    condition     = local._interface_endpoints == toset(["kms"])
    error_message = "The patient API brings the endpoint it needs, and no other."
  }
  assert {
    condition = toset([for name, alarm in output.alarm_names : alarm if startswith(name, "patient-api-")]) == toset([
      "healthcare-patient-api-audit-unavailable", "healthcare-patient-api-break-glass", "healthcare-patient-api-dead-letters",
      "healthcare-patient-api-duration", "healthcare-patient-api-errors", "healthcare-patient-api-throttles", "healthcare-patient-api-unauthorized",
    ])
    error_message = "The patient API's alarms: its security signals and its health."
  }
  assert {
    condition     = toset(keys(local._module_alarm_names)) == toset(["api-client-errors", "api-server-errors", "audit-log-export-late", "backup-aborted", "backup-expired", "backup-failed", "backup-missed", "patient-api-dead-letters", "patient-api-duration", "patient-api-errors", "patient-api-throttles"])
    error_message = "The dashboard is given the alarms of the API, of the backups and of the function, too."
  }
  assert {
    condition     = output.backup.vault_name == "healthcare-backup" && keys(output.key_arns) == ["backup", "configuration", "logs", "phi"] && local._backup_tables == { for name in ["audit", "patients", "relationships"] : name => "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-${name}" }
    error_message = "What is stored is backed up, under a key of its own, without being asked for."
  }
  assert {
    condition = (
      local._patient_api_alarms["patient-api-unauthorized"].threshold == 5 && local._patient_api_alarms["patient-api-unauthorized"].period_seconds == 60 &&
      local._patient_api_alarms["patient-api-break-glass"].threshold == 1 && local._patient_api_alarms["patient-api-audit-unavailable"].threshold == 1 &&
      alltrue([for alarm in values(local._patient_api_alarms) : alarm.namespace == "Healthcare/Security" && alarm.dimensions == { service = "healthcare-patient-api" }])
    )
    error_message = "The security alarms watch what the function counts."
  }
  assert {
    condition     = output.tables["audit"].name == "healthcare-audit" && output.tables["patients"].name == "healthcare-patients" && output.tables["relationships"].name == "healthcare-relationships"
    error_message = "The tables' names."
  }
  assert {
    condition     = output.functions["patient_api"].function_name == "healthcare-patient-api" && output.functions["patient_api"].log_group_name == "/aws/lambda/healthcare-patient-api" && output.api_stage == "live"
    error_message = "The function's names and the stage."
  }
}

run "appointments_alone" {
  command = plan

  variables {
    appointments = {
      notifications = { identity = "hospital.example", portal_url = "https://portal.hospital.example/", sender = "no-reply@hospital.example" }
      package       = { s3 = { bucket = "releases", key = "appointments.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
    }
  }

  assert {
    condition     = toset(keys(output.functions)) == toset(["appointment_notifications", "appointments"]) && length(module.api) == 1
    error_message = "Appointments bring the API, and the function that tells patients."
  }
  assert {
    condition = toset(keys(output.tables)) == toset([
      "appointment_outbox", "appointment_requests", "appointment_slots", "appointments", "audit", "patients", "provider_schedules", "relationships",
    ])
    error_message = "Appointments stand on the patients, the relationships and the audit, whether or not the patient API is on."
  }
  assert {
    condition     = local._interface_endpoints == toset(["email"])
    error_message = "SES is reached through an endpoint of its own."
  }
  assert {
    condition     = aws_sesv2_configuration_set.appointments[0].delivery_options[0].tls_policy == "REQUIRE" && toset(keys(aws_sesv2_email_identity.appointments)) == toset(["hospital.example"])
    error_message = "Mail goes by TLS or not at all."
  }
  assert {
    condition = toset([for name, alarm in output.alarm_names : alarm if startswith(name, "appointment")]) == toset([
      "healthcare-appointment-notifications-dead-letters", "healthcare-appointment-notifications-duration", "healthcare-appointment-notifications-errors",
      "healthcare-appointment-notifications-failed", "healthcare-appointment-notifications-throttles", "healthcare-appointments-audit-unavailable",
      "healthcare-appointments-dead-letters", "healthcare-appointments-duration", "healthcare-appointments-errors", "healthcare-appointments-throttles",
      "healthcare-appointments-unauthorized",
    ])
    error_message = "The alarms of appointments: security signals, mail that fails, and health."
  }
}

run "appointments_without_notifications" {
  command = plan

  variables {
    appointments = { package = { s3 = { bucket = "releases", key = "appointments.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
    backup       = null
  }

  assert {
    condition     = output.backup == null && !contains(keys(output.key_arns), "backup") && !contains(keys(output.alarm_names), "backup-missed")
    error_message = "Backups can be switched off by name."
  }
  assert {
    condition     = keys(output.functions) == ["appointments"] && length(local._interface_endpoints) == 0 && length(aws_sesv2_configuration_set.appointments) == 0
    error_message = "Nobody to tell: no function, no endpoint, no mail."
  }
  assert {
    condition     = !contains(keys(output.alarm_names), "appointment-notifications-failed")
    error_message = "No alarm on what is not there."
  }
}

run "appointments_with_a_wrong_sender" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    appointments = { notifications = { portal_url = "https://portal.hospital.example", sender = "Hospital <no-reply@hospital.example>" } }
  }

  expect_failures = [var.appointments]
}

run "appointments_with_a_portal_that_tells" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    appointments = { notifications = { portal_url = "https://portal.hospital.example?patient=1", sender = "no-reply@hospital.example" } }
  }

  expect_failures = [var.appointments]
}

run "appointments_with_an_identity_of_others" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    appointments = { notifications = { identity = "clinic.example", portal_url = "https://portal.hospital.example", sender = "no-reply@hospital.example" } }
  }

  expect_failures = [var.appointments]
}

run "more_endpoints_for_functions_of_ones_own" {
  command = plan

  variables {
    name_prefix = "clinic"
    network = {
      interface_endpoints = ["secretsmanager"]
      subnets             = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } }
    }
    observability = { monthly_budget = null }
  }

  assert {
    condition     = local._interface_endpoints == toset(["secretsmanager"]) && output.context.name_prefix == "clinic"
    error_message = "A reader's own functions get the endpoints that are asked for."
  }
}

run "wrong_values" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    account_id               = "1234"
    architecture             = "mips"
    key_deletion_window_days = 1
    log_retention_days       = 30
    name_prefix              = "health--care"
    permissions_boundary_arn = "boundary"
    region                   = "us-east-1a"
  }

  expect_failures = [
    var.account_id, var.architecture, var.key_deletion_window_days, var.log_retention_days, var.name_prefix, var.permissions_boundary_arn,
    var.region,
  ]
}

run "a_region_of_another_partition" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    region  = "us-gov-west-1"
    network = { subnets = { us-gov-west-1a = { cidr = "10.0.0.0/20" }, us-gov-west-1b = { cidr = "10.0.16.0/20" } } }
  }

  expect_failures = [var.partition]
}

run "govcloud_with_narrowed_data_events" {
  command = plan

  variables {
    audit     = { data_event_arn_prefixes = { s3 = ["arn:aws-us-gov:s3:::phi-documents/"] } }
    network   = { subnets = { us-gov-west-1a = { cidr = "10.0.0.0/20" }, us-gov-west-1b = { cidr = "10.0.16.0/20" } } }
    partition = "aws-us-gov"
    region    = "us-gov-west-1"
  }

  assert {
    condition     = output.context.partition == "aws-us-gov"
    error_message = "GovCloud's ARNs are its own."
  }
}
