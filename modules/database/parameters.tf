# What every session gets, whoever connects. A parameter here is one that somebody relies on; the others are RDS's defaults.
locals {
  _parameters = {
    # TLS alone, 1.2 or newer. (Clients have to verify the certificate themselves.)
    "rds.force_ssl"            = "1"
    "ssl_min_protocol_version" = "TLSv1.2"
    # No password that can be taken from a hash of the old kind.
    "password_encryption"                 = "scram-sha-256"
    "rds.accepted_password_auth_method"   = "scram"
    "idle_in_transaction_session_timeout" = "60000" # ms: a transaction holds a patient's scope

    # Who came and went, and what was changed in the schema and in roles. Never a statement with data, never a parameter,
    # and no DETAIL lines either ("Key (patient_id)=(...) already exists"), which TERSE leaves out.
    # https://www.postgresql.org/docs/17/runtime-config-logging.html
    "log_connections"                   = "1"
    "log_disconnections"                = "1"
    "log_error_verbosity"               = "terse"
    "log_min_duration_statement"        = "-1"
    "log_min_error_statement"           = "panic" # "error" would write the statement that failed
    "log_parameter_max_length"          = "0"
    "log_parameter_max_length_on_error" = "0"
    "log_statement"                     = "none"
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.pgaudit.html
    "pgaudit.log"              = "ddl,role"
    "pgaudit.log_parameter"    = "0"
    "shared_preload_libraries" = "pg_stat_statements,pgaudit"
  }
}

# All with the next restart: the group is there before the cluster, which starts with it. For a value that is AWS's default as well
# (rds.force_ssl since version 17) RDS keeps no other method, and every plan would show a change:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_parameter_group#problematic-plan-changes
resource "aws_rds_cluster_parameter_group" "this" {
  name        = "${local._name}-postgresql${var.engine_version}"
  family      = "aurora-postgresql${var.engine_version}"
  description = "TLS alone, and logs without statements"
  tags        = var.context.tags

  dynamic "parameter" {
    for_each = local._parameters

    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }

  # The cluster names it: a new major version gets its own before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}
