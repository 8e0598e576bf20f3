# Appointments: POST and GET /appointments, GET and DELETE /appointments/{appointment_id}, and an e-mail to the patient that says nothing.
locals {
  _appointments_on    = var.appointments != null
  _appointments_count = local._appointments_on ? 1 : 0
  # The metrics' only dimension.
  _appointments_services    = { api = "${var.name_prefix}-appointments", notifications = "${var.name_prefix}-appointment-notifications" }
  _notifications            = var.appointments == null ? null : var.appointments.notifications
  _notifications_count      = local._notifications == null ? 0 : 1
  _notifications_identities = toset(compact([try(local._notifications.identity, null)]))

  # Derived from names, so that policies are known at plan.
  appointment_table_arn         = "${local._table_arn_prefix}-appointments"
  appointment_slot_table_arn    = "${local._table_arn_prefix}-appointment-slots"
  appointment_request_table_arn = "${local._table_arn_prefix}-appointment-requests"
  appointment_outbox_table_arn  = "${local._table_arn_prefix}-appointment-outbox"
  provider_schedule_table_arn   = "${local._table_arn_prefix}-provider-schedules"
  _ses_arn_prefix               = "arn:${var.partition}:ses:${var.region}:${var.account_id}"

  # What this workload adds to main.tf. "email" is the endpoint of SES's API.
  # https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
  _appointments_endpoints = local._notifications == null ? toset([]) : toset(["email"])
  _appointments_functions = {
    for name, function in { appointments = one(module.appointments_function) } : name => {
      function_name                      = function.function_name
      invoke_arn                         = function.invoke_arn
      qualifier                          = function.alias_name
    } if local._appointments_on
  }
  _appointments_alarms = {
    for name, alarm in {
      appointments-audit-unavailable = {
        description = "The audit table can't be written: nothing is booked or shown until it can"
        metric_name = "AuditUnavailable"
        service     = local._appointments_services.api
        threshold   = 1
      }
      appointments-unauthorized = {
        description = "More than five refused attempts to see or make appointments within a minute"
        metric_name = "UnauthorizedAccessAttempt"
        service     = local._appointments_services.api
        threshold   = 6
      }
      appointment-notifications-failed = {
        description = "Patients can't be told of their appointments. Bookings stand; the outbox table keeps what was not sent"
        metric_name = "NotificationFailed"
        service     = local._appointments_services.notifications
        threshold   = 1
      }
      } : name => {
      comparison     = "GreaterThanOrEqualToThreshold"
      description    = alarm.description
      dimensions     = { service = alarm.service }
      metric_name    = alarm.metric_name
      namespace      = "Healthcare/Security"
      period_seconds = 60
      threshold      = alarm.threshold
    } if local._appointments_on && (alarm.service == local._appointments_services.api || local._notifications != null)
  }
  _appointments_alarm_names = merge(
    { for name, alarm in try(module.appointments_function[0].alarm_names, {}) : "appointments-${replace(name, "_", "-")}" => alarm },
    { for name, alarm in try(module.appointment_notifications_function[0].alarm_names, {}) : "appointment-notifications-${replace(name, "_", "-")}" => alarm },
  )
}

# Each appointment under its patient and its time, for good: those that were cancelled, too.
module "appointments_table" {
  source = "./modules/table"
  count  = local._appointments_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "appointments"
  partition_key       = { name = "subject" }
  sort_key            = { name = "entry" }
}

# Five minutes of a provider or a patient are one item here, and can be taken once.
module "appointment_slots_table" {
  source = "./modules/table"
  count  = local._appointments_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "appointment-slots"
  partition_key       = { name = "slot" }
  ttl_attribute       = "expires_at"
}

# When providers see patients: written by the hospital's systems, only read here.
module "provider_schedules_table" {
  source = "./modules/table"
  count  = local._appointments_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "provider-schedules"
  partition_key       = { name = "provider_id" }
}

# Which Idempotency-Keys were used within a day. Nothing of a patient is in it.
module "appointment_requests_table" {
  source = "./modules/table"
  count  = local._appointments_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "appointment-requests"
  partition_key       = { name = "request_id" }
  ttl_attribute       = "expires_at"
}

# What patients are to be told: written with the booking, carried on by the stream. Nothing of a patient is in it.
module "appointment_outbox_table" {
  source = "./modules/table"
  count  = local._appointments_count

  context             = local.context
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "appointment-outbox"
  partition_key       = { name = "message_id" }
  stream_view_type    = "KEYS_ONLY"
  ttl_attribute       = "expires_at"
}

# One zip with two handlers. The roles are two: what books can't read patients' addresses, what mails can't book.
module "appointments_function" {
  source = "./modules/function"
  count  = local._appointments_count

  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "Appointments under audit"
  handler                 = "appointments.handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = var.appointments.api.memory_size
  name                    = "appointments"
  package                 = local.packages["appointments"]
  platform                = local.function_platform
  provisioned_concurrency = var.appointments.api.provisioned_concurrency
  reserved_concurrency    = var.appointments.api.reserved_concurrency

  environment = {
    ALLOWED_ORIGINS              = join(",", sort(var.api.allowed_origins))
    APPOINTMENT_TABLE            = module.appointments_table[0].name
    AUDIT_TABLE                  = module.audit_table[0].name
    LOG_LEVEL                    = "INFO"
    OUTBOX_TABLE                 = module.appointment_outbox_table[0].name
    PATIENT_TABLE                = module.patients_table[0].name
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Security"
    POWERTOOLS_SERVICE_NAME      = local._appointments_services.api
    RELATIONSHIP_TABLE           = module.relationships_table[0].name
    REQUEST_TABLE                = module.appointment_requests_table[0].name
    SCHEDULE_TABLE               = module.provider_schedules_table[0].name
    SLOT_TABLE                   = module.appointment_slots_table[0].name
  }

  permissions = {
    # TransactWriteItems has no action of its own: AWS judges the puts, updates and deletes within it.
    book_and_cancel = {
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
      resources = [local.appointment_table_arn]
    }
    take_and_free_slots = {
      actions   = ["dynamodb:DeleteItem", "dynamodb:PutItem"]
      resources = [local.appointment_slot_table_arn]
    }
    remember_requests = {
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      resources = [local.appointment_request_table_arn]
    }
    leave_messages = {
      actions   = ["dynamodb:PutItem"]
      resources = [local.appointment_outbox_table_arn]
    }
    read_schedules_and_relationships = {
      actions   = ["dynamodb:GetItem"]
      resources = [local.provider_schedule_table_arn, local.relationship_table_arn]
    }
    # Whether there is such a patient, and nothing of the record.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    know_patients = {
      actions   = ["dynamodb:GetItem"]
      resources = [local.patient_table_arn]
      conditions = {
        "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["patient_id"] }
        Null                        = { "dynamodb:Attributes" = ["false"] }
        StringEqualsIfExists        = { "dynamodb:Select" = ["SPECIFIC_ATTRIBUTES"] }
      }
    }
    add_to_audit = {
      actions   = ["dynamodb:PutItem"]
      resources = [local.audit_table_arn]
    }
    use_tables_key = {
      actions    = ["kms:Decrypt", "kms:DescribeKey"]
      resources  = [module.encryption.key_arns["phi"]]
      conditions = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.region}.amazonaws.com"] } }
    }
  }
}

module "appointment_notifications_function" {
  source = "./modules/function"
  count  = local._notifications_count

  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "Tells a patient that there is a message, and not what it says"
  handler                 = "appointments.notifications_handler.handler"
  log_retention_days      = var.log_retention_days
  memory_size             = 256
  name                    = "appointment-notifications"
  package                 = local.packages["appointments"]
  platform                = local.function_platform
  reserved_concurrency    = var.appointments.notifications.reserved_concurrency
  timeout                 = 60

  environment = {
    APPOINTMENT_TABLE            = module.appointments_table[0].name
    AUDIT_TABLE                  = module.audit_table[0].name
    CONFIGURATION_SET            = aws_sesv2_configuration_set.appointments[0].configuration_set_name
    LOG_LEVEL                    = "INFO"
    OUTBOX_TABLE                 = module.appointment_outbox_table[0].name
    PATIENT_TABLE                = module.patients_table[0].name
    PORTAL_URL                   = local._notifications.portal_url
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Security"
    POWERTOOLS_SERVICE_NAME      = local._appointments_services.notifications
    SENDER                       = local._notifications.sender
  }

  streams = {
    outbox = {
      batch_size = 10
      filters    = [jsonencode({ eventName = ["INSERT"] })]
      key_arn    = module.encryption.key_arns["phi"]
      stream_arn = module.appointment_outbox_table[0].stream_arn
    }
  }

  permissions = {
    read_appointments = {
      actions   = ["dynamodb:GetItem"]
      resources = [local.appointment_table_arn]
    }
    add_to_audit = {
      actions   = ["dynamodb:PutItem"]
      resources = [local.audit_table_arn]
    }
    read_and_conclude_messages = {
      actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      resources = [local.appointment_outbox_table_arn]
    }
    # The e-mail address stands among the demographics: IAM names top-level attributes, and sees no further.
    read_addresses = {
      actions   = ["dynamodb:GetItem"]
      resources = [local.patient_table_arn]
      conditions = {
        "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["demographics", "patient_id"] }
        Null                        = { "dynamodb:Attributes" = ["false"] }
        StringEqualsIfExists        = { "dynamodb:Select" = ["SPECIFIC_ATTRIBUTES"] }
      }
    }
    send = {
      actions = ["ses:SendEmail"]
      resources = [
        "${local._ses_arn_prefix}:configuration-set/${local._appointments_services.api}",
        "${local._ses_arn_prefix}:identity/${try(coalesce(local._notifications.identity, split("@", local._notifications.sender)[1]), "none")}",
      ]
      conditions = { StringEquals = { "ses:FromAddress" = [try(local._notifications.sender, "none")] } }
    }
    use_tables_key = {
      actions    = ["kms:Decrypt", "kms:DescribeKey"]
      resources  = [module.encryption.key_arns["phi"]]
      conditions = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.region}.amazonaws.com"] } }
    }
  }
}

# Mail servers that speak no TLS get nothing: 45 CFR 164.312(e)(1).
resource "aws_sesv2_configuration_set" "appointments" {
  count = local._notifications_count

  configuration_set_name = local._appointments_services.api
  tags                   = var.tags

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  # Addresses that bounce or complain are left alone.
  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_email_identity" "appointments" {
  for_each = local._notifications_identities

  email_identity = each.key
  tags           = var.tags
}
