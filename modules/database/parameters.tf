# What every session gets, whoever connects. A parameter here is one that somebody relies on; the others are RDS's defaults.
locals {
  _parameters = {
    # TLS alone, 1.2 or newer. (Clients have to verify the certificate themselves.)
    "rds.force_ssl"            = { value = "1" }
    "ssl_min_protocol_version" = { value = "TLSv1.2" }
    # No password that can be taken from a hash of the old kind.
    "password_encryption"                 = { value = "scram-sha-256" }
    "rds.accepted_password_auth_method"   = { value = "scram" }
    "idle_in_transaction_session_timeout" = { value = "60000" } # ms: a transaction holds a patient's scope

    # Who came and went, and what was changed in the schema and in roles. Never a statement with data, never a parameter,
    # and no DETAIL lines either ("Key (patient_id)=(...) already exists"), which TERSE leaves out.
    # https://www.postgresql.org/docs/17/runtime-config-logging.html
    "log_connections"                   = { value = "1" }
    "log_disconnections"                = { value = "1" }
    "log_error_verbosity"               = { value = "terse" }
    "log_min_duration_statement"        = { value = "-1" }
    "log_min_error_statement"           = { value = "panic" } # "error" would write the statement that failed
    "log_parameter_max_length"          = { value = "0" }
    "log_parameter_max_length_on_error" = { value = "0" }
    "log_statement"                     = { value = "none" }
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.pgaudit.html
    "pgaudit.log"              = { value = "ddl,role" }
    "pgaudit.log_parameter"    = { value = "0" }
    "shared_preload_libraries" = { value = "pg_stat_statements,pgaudit", apply_method = "pending-reboot" }
  }
}

resource "aws_rds_cluster_parameter_group" "this" {
  name        = "${local._name}-postgresql${var.engine_version}"
  family      = "aurora-postgresql${var.engine_version}"
  description = "TLS alone, and logs without statements"
  tags        = var.context.tags

  dynamic "parameter" {
    for_each = local._parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = try(parameter.value.apply_method, "immediate")
    }
  }

  # The cluster names it: a new major version gets its own before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}
