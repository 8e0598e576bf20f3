locals {
  _name = "${var.context.name_prefix}-${var.name}"
  # Instances go by number: the first is made to write, and any can after a failover.
  _instance_numbers = toset([for number in range(1, var.instances + 1) : tostring(number)])
}

resource "aws_db_subnet_group" "this" {
  name        = local._name
  description = "Private subnets of ${local._name}"
  subnet_ids  = var.subnet_ids
  tags        = var.context.tags
}

resource "aws_rds_cluster" "this" {
  #checkov:skip=CKV2_AWS_8:The cluster keeps backups of every second for backup_retention_days; a plan of AWS Backup is the account's to have
  #checkov:skip=CKV2_AWS_27:Statements and their parameters are health information; what the log has instead is in parameters.tf
  cluster_identifier = local._name
  engine             = "aurora-postgresql"
  engine_version     = var.engine_version
  database_name      = var.database_name
  port               = var.port
  tags               = var.context.tags

  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  enable_http_endpoint            = false # the Data API goes round the network

  storage_encrypted = true
  kms_key_id        = var.kms_key_arn

  # Functions sign in with IAM tokens. The master's password is RDS's own to make, keep in Secrets Manager and rotate.
  iam_database_authentication_enabled = true
  master_username                     = var.master_username
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn

  backup_retention_period      = var.backup_retention_days
  preferred_backup_window      = var.maintenance.backup_window
  preferred_maintenance_window = var.maintenance.window
  copy_tags_to_snapshot        = true
  delete_automated_backups     = !var.deletion_protection
  deletion_protection          = var.deletion_protection
  skip_final_snapshot          = !var.deletion_protection
  final_snapshot_identifier    = "${local._name}-final"

  enabled_cloudwatch_logs_exports = ["postgresql"]

  serverlessv2_scaling_configuration {
    max_capacity             = var.capacity.maximum
    min_capacity             = var.capacity.minimum
    seconds_until_auto_pause = var.capacity.minimum == 0 ? var.capacity.pause_after_seconds : null
  }

  depends_on = [aws_cloudwatch_log_group.this] # RDS would make one that is unencrypted and kept for ever.
}

# Without a version: it is the cluster's. "17" would be AWS's default minor one of today, which an older cluster need not have, and
# RDS refuses an instance of another ("does not match the engine version of your DB cluster").
resource "aws_rds_cluster_instance" "this" {
  #checkov:skip=CKV_AWS_118:Every 60 seconds, and 0 is refused: checkov doesn't read the defaults of an object's attributes
  for_each = local._instance_numbers

  identifier         = "${local._name}-${each.key}"
  cluster_identifier = aws_rds_cluster.this.id
  engine             = aws_rds_cluster.this.engine
  instance_class     = "db.serverless"
  promotion_tier     = each.key == "1" ? 0 : 1 # tiers 0 and 1 scale with the writer: a failover finds the memory warm
  tags               = var.context.tags

  auto_minor_version_upgrade   = true
  ca_cert_identifier           = var.ca_certificate
  copy_tags_to_snapshot        = true
  preferred_maintenance_window = var.maintenance.window
  publicly_accessible          = false

  monitoring_interval             = var.monitoring.interval_seconds
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn

  depends_on = [aws_cloudwatch_log_group.monitoring, aws_iam_role_policy.monitoring]
}
