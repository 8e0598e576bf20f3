# Somebody's stack: what the modules are given is made in the same apply, so that none of its ids and ARNs is known at plan.
locals {
  account_id = "123456789012"
  key_arn    = aws_kms_key.theirs.arn
  region     = "us-east-1"
  zip        = { build_command = "make", s3 = { bucket = aws_s3_bucket.theirs.id, hash = aws_s3_object.zip.checksum_sha256, key = "function.zip", version = aws_s3_object.zip.version_id } }
}

resource "aws_kms_key" "theirs" {}

resource "aws_s3_bucket" "theirs" {}

resource "aws_s3_object" "zip" {
  bucket = aws_s3_bucket.theirs.id
  key    = "function.zip"
}

resource "aws_cloudwatch_log_group" "trail" {
  name_prefix = "trail-"
}

resource "aws_secretsmanager_secret" "model" {}

resource "aws_signer_signing_profile" "theirs" {
  platform_id = "AWSLambda-SHA384-ECDSA"
}

resource "aws_security_group" "database" {}

resource "aws_rds_cluster" "theirs" {
  engine                      = "aurora-postgresql"
  manage_master_user_password = true
}

resource "aws_eip" "portal" {}

module "bucket" {
  source = "../../../modules/bucket"

  access_log_bucket = { name = aws_s3_bucket.theirs.id }
  context           = { account_id = local.account_id, name_prefix = "claims", region = local.region }
  kms_key_arn       = local.key_arn
  name              = "claims"
}

module "observability" {
  source = "../../../modules/observability"

  context         = { account_id = local.account_id, name_prefix = "claims", region = local.region }
  kms_key_arn     = local.key_arn
  trail_log_group = { name = aws_cloudwatch_log_group.trail.id }
}

module "healthcare" {
  source = "../../.."

  account_id   = local.account_id
  code_signing = { profile_version_arns = [aws_signer_signing_profile.theirs.version_arn] }
  documents    = { package = local.zip }
  network      = { subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } } }
  region       = local.region

  appointments = {
    notifications = { portal_url = "https://${aws_eip.portal.public_dns}", sender = "no-reply@hospital.example" }
    package       = local.zip
  }

  patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }

  rag = {
    acknowledge_baa = true
    embeddings      = { provider = "bedrock" }
    model           = { id = "gpt-5.1", secret = { arn = aws_secretsmanager_secret.model.arn, key = { arn = local.key_arn } } }
    model_access    = "openai"
    packages        = { orchestrator = local.zip, retrieval = local.zip }

    database = {
      host              = aws_rds_cluster.theirs.endpoint
      master_secret_arn = aws_rds_cluster.theirs.master_user_secret[0].secret_arn
      name              = "chunks"
      resource_id       = aws_rds_cluster.theirs.cluster_resource_id
      security_group_id = aws_security_group.database.id
    }
  }
}
