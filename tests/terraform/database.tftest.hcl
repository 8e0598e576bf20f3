# modules/database: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context         = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  name            = "rag"
  database_name   = "rag"
  kms_key_arn     = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  log_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/22222222-2222-3333-4444-555555555555"
  alert_topic_arn = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
  subnet_ids      = ["subnet-1", "subnet-2"]
  vpc_id          = "vpc-0123456789abcdef0"
  clients         = { rag-retrieval = "sg-0123456789abcdef0" }
}

run "encrypted_private_and_kept" {
  command = plan

  module {
    source = "./modules/database"
  }

  assert {
    condition     = aws_rds_cluster.this.engine == "aurora-postgresql" && aws_rds_cluster.this.engine_version == "17" && aws_rds_cluster.this.cluster_identifier == "healthcare-rag" && aws_rds_cluster.this.database_name == "rag" && aws_rds_cluster.this.port == 5432
    error_message = "Aurora PostgreSQL 17, named <prefix>-<name>."
  }

  assert {
    condition     = aws_rds_cluster.this.storage_encrypted && aws_rds_cluster.this.kms_key_id == var.kms_key_arn && aws_rds_cluster.this.master_user_secret_kms_key_id == var.kms_key_arn
    error_message = "Storage and the master's secret are encrypted with the given key."
  }

  assert {
    condition     = aws_rds_cluster.this.iam_database_authentication_enabled && aws_rds_cluster.this.manage_master_user_password && aws_rds_cluster.this.master_password == null && !aws_rds_cluster.this.enable_http_endpoint
    error_message = "People and functions sign in with IAM, no password is in the state, and there is no way round the network."
  }

  assert {
    condition     = aws_rds_cluster.this.backup_retention_period == 35 && aws_rds_cluster.this.copy_tags_to_snapshot && aws_rds_cluster.this.deletion_protection && !aws_rds_cluster.this.skip_final_snapshot && aws_rds_cluster.this.final_snapshot_identifier == "healthcare-rag-final" && !aws_rds_cluster.this.delete_automated_backups
    error_message = "Nothing is lost by the way."
  }

  assert {
    condition     = aws_rds_cluster.this.serverlessv2_scaling_configuration[0].min_capacity == 0.5 && aws_rds_cluster.this.serverlessv2_scaling_configuration[0].max_capacity == 8
    error_message = "It never pauses unless it is asked to."
  }

  assert {
    condition     = keys(aws_rds_cluster_instance.this) == ["1", "2"] && alltrue([for instance in aws_rds_cluster_instance.this : instance.instance_class == "db.serverless" && !instance.publicly_accessible && instance.auto_minor_version_upgrade && instance.copy_tags_to_snapshot && instance.ca_cert_identifier == "rds-ca-rsa2048-g1"])
    error_message = "Two instances, private, patched."
  }

  assert {
    condition     = alltrue([for instance in aws_rds_cluster_instance.this : instance.performance_insights_enabled && instance.performance_insights_kms_key_id == var.kms_key_arn && instance.monitoring_interval == 60])
    error_message = "Performance Insights is encrypted with the given key, and the operating system is watched."
  }

  assert {
    condition     = aws_db_subnet_group.this.subnet_ids == toset(["subnet-1", "subnet-2"])
    error_message = "It stands in the subnets that were given."
  }
}

run "tls_alone_and_no_statement_in_the_log" {
  command = plan

  module {
    source = "./modules/database"
  }

  assert {
    condition = { for parameter in aws_rds_cluster_parameter_group.this.parameter : parameter.name => parameter.value } == {
      "idle_in_transaction_session_timeout" = "60000"
      "log_connections"                     = "1"
      "log_disconnections"                  = "1"
      "log_error_verbosity"                 = "terse"
      "log_min_duration_statement"          = "-1"
      "log_min_error_statement"             = "panic"
      "log_parameter_max_length"            = "0"
      "log_parameter_max_length_on_error"   = "0"
      "log_statement"                       = "none"
      "password_encryption"                 = "scram-sha-256"
      "pgaudit.log"                         = "ddl,role"
      "pgaudit.log_parameter"               = "0"
      "rds.accepted_password_auth_method"   = "scram"
      "rds.force_ssl"                       = "1"
      "shared_preload_libraries"            = "pg_stat_statements,pgaudit"
      "ssl_min_protocol_version"            = "TLSv1.2"
    }
    error_message = "TLS 1.2 or newer alone; who came and what was changed is in the log, and no data."
  }

  assert {
    condition     = toset([for parameter in aws_rds_cluster_parameter_group.this.parameter : parameter.apply_method]) == toset(["pending-reboot"])
    error_message = "RDS keeps no other method for a value that is its default as well: each plan would show a change."
  }

  assert {
    condition     = aws_rds_cluster_parameter_group.this.family == "aurora-postgresql17" && aws_rds_cluster.this.db_cluster_parameter_group_name == aws_rds_cluster_parameter_group.this.name
    error_message = "The cluster has these parameters."
  }

  assert {
    condition     = aws_rds_cluster.this.enabled_cloudwatch_logs_exports == toset(["postgresql"]) && aws_cloudwatch_log_group.this.name == "/aws/rds/cluster/healthcare-rag/postgresql" && aws_cloudwatch_log_group.this.kms_key_id == var.log_kms_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 2557
    error_message = "The log is exported, encrypted and kept for 7 years."
  }

  assert {
    condition     = aws_cloudwatch_log_group.monitoring[0].name == "RDSOSMetrics" && aws_cloudwatch_log_group.monitoring[0].kms_key_id == var.log_kms_key_arn && aws_cloudwatch_log_group.monitoring[0].retention_in_days == 2557
    error_message = "So is what Enhanced Monitoring writes."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.monitoring.policy).Statement : !contains(statement.Action, "logs:CreateLogGroup")]) && jsondecode(aws_iam_role.monitoring.assume_role_policy).Statement[0].Condition.StringEquals == { "aws:SourceAccount" = "123456789012" }
    error_message = "The role may make no log group, and RDS uses it for this account alone."
  }
}

run "lets_in_named_clients_alone" {
  command = plan

  module {
    source = "./modules/database"
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.clients : name => [rule.referenced_security_group_id, rule.ip_protocol, tostring(rule.from_port), tostring(rule.to_port)] } == { rag-retrieval = ["sg-0123456789abcdef0", "tcp", "5432", "5432"] }
    error_message = "One rule a client, on the database's port."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.clients : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.prefix_list_id == null])
    error_message = "No address range is let in."
  }
}

run "alarms_that_can_fire" {
  command = plan

  module {
    source = "./modules/database"
  }

  assert {
    condition     = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => [alarm.metric_name, alarm.statistic, tostring(alarm.threshold)] } == { capacity = ["ACUUtilization", "Average", "90"], connections = ["DatabaseConnections", "Maximum", "150"], deadlocks = ["Deadlocks", "Maximum", "0"], free_local_storage = ["FreeLocalStorage", "Minimum", "1073741824"], free_memory = ["FreeableMemory", "Minimum", "134217728"] }
    error_message = "Capacity, connections, deadlocks, storage and memory are watched."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.namespace == "AWS/RDS" && alarm.dimensions == tomap({ DBClusterIdentifier = "healthcare-rag" }) && contains(alarm.alarm_actions, var.alert_topic_arn) && contains(alarm.ok_actions, var.alert_topic_arn)])
    error_message = "Every alarm goes to the alert topic."
  }
}

run "worth_nothing_and_asleep" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    capacity            = { minimum = 0, maximum = 2, pause_after_seconds = 300 }
    deletion_protection = false
    engine_version      = "16"
    instances           = 1
    monitoring          = { manage_log_group = false }
    port                = 6432
  }

  assert {
    condition     = !aws_rds_cluster.this.deletion_protection && aws_rds_cluster.this.skip_final_snapshot && aws_rds_cluster.this.delete_automated_backups
    error_message = "What is worth nothing can be taken down."
  }

  assert {
    condition     = aws_rds_cluster.this.serverlessv2_scaling_configuration[0].seconds_until_auto_pause == 300 && aws_rds_cluster.this.serverlessv2_scaling_configuration[0].min_capacity == 0 && keys(aws_rds_cluster_instance.this) == ["1"]
    error_message = "One instance, which may pause."
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.monitoring) == 0 && aws_vpc_security_group_ingress_rule.clients["rag-retrieval"].from_port == 6432 && aws_rds_cluster_parameter_group.this.family == "aurora-postgresql16"
    error_message = "Another port, another version, another's log group."
  }
}

run "refuses_an_account_of_9_digits_and_other_nonsense" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    context                  = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    alert_topic_arn          = "topic"
    kms_key_arn              = "alias/phi"
    log_kms_key_arn          = "alias/logs"
    permissions_boundary_arn = "boundary"
  }

  expect_failures = [var.context, var.alert_topic_arn, var.kms_key_arn, var.log_kms_key_arn, var.permissions_boundary_arn]
}

run "refuses_a_zone_as_region" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    context               = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    backup_retention_days = 1
    ca_certificate        = "rds-ca-2019"
    engine_version        = "17.5"
    instances             = 0
  }

  expect_failures = [var.context, var.backup_retention_days, var.ca_certificate, var.engine_version, var.instances]
}

run "refuses_an_unknown_partition" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    context            = { account_id = "123456789012", region = "us-east-1", partition = "amazon", name_prefix = "healthcare" }
    clients            = { everybody = "10.0.0.0/8" }
    database_name      = "postgres"
    log_retention_days = 30
    master_username    = "postgres"
  }

  expect_failures = [var.context, var.clients, var.database_name, var.log_retention_days, var.master_username]
}

run "refuses_a_prefix_with_two_hyphens_and_one_subnet_twice" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    context    = { account_id = "123456789012", region = "us-east-1", name_prefix = "health--care" }
    monitoring = { interval_seconds = 7 }
    port       = 80
    subnet_ids = ["subnet-1", "subnet-1"]
    vpc_id     = "10.0.0.0/16"
  }

  expect_failures = [var.context, var.monitoring, var.port, var.subnet_ids, var.vpc_id]
}

run "refuses_a_capacity_in_thirds" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    capacity    = { minimum = 0.3 }
    alarms      = { capacity_percent = 101 }
    maintenance = { backup_window = "night" }
  }

  expect_failures = [var.capacity, var.alarms, var.maintenance]
}

run "refuses_a_nap_of_a_minute" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    capacity    = { minimum = 0, pause_after_seconds = 60 }
    alarms      = { connections = 0 }
    maintenance = { window = "sunday" }
  }

  expect_failures = [var.capacity, var.alarms, var.maintenance]
}

run "refuses_a_minimum_above_the_maximum" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    capacity = { minimum = 8, maximum = 2 }
  }

  expect_failures = [var.capacity]
}

run "refuses_a_name_with_capitals" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    name = "Rag"
  }

  expect_failures = [var.name]
}
