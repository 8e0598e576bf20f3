# Where patients' chunks are. PostgreSQL: scope and labels are enforced by the database itself, and its schema by a function of
# its own. Others: docs/rag_stores.md.
locals {
  _rag_store_kind      = try(var.rag.store, "postgresql")
  _rag_postgresql_on   = local._rag_on && local._rag_store_kind == "postgresql"
  _rag_database_yours  = var.rag == null ? null : var.rag.database
  _rag_database_made   = local._rag_postgresql_on && local._rag_database_yours == null
  _rag_pinecone        = local._rag_store_by_egress ? var.rag.pinecone : null
  _rag_bucket_on       = local._rag_on && local._rag_store_kind != "postgresql"
  _rag_search_on       = local._rag_on && local._rag_store_kind == "opensearch"
  _rag_store_by_egress = local._rag_on && local._rag_store_kind == "pinecone"
  _rag_secrets_on      = local._rag_keyed_on || local._rag_store_by_egress
  _rag_bucket_arn      = "arn:${var.partition}:s3:::${var.name_prefix}-rag-chunks-${var.account_id}"

  # One shape for the database that is made here and for yours.
  _rag_database = local._rag_database_made ? {
    ca_file               = var.rag.database_ca_file
    host                  = module.rag_database[0].host
    master_secret_arn     = module.rag_database[0].master_secret_arn
    master_secret_key_arn = module.encryption.key_arns["phi"]
    name                  = module.rag_database[0].name
    port                  = module.rag_database[0].port
    resource_id           = module.rag_database[0].cluster_resource_id
    security_group_id     = module.rag_database[0].security_group_id
  } : local._rag_database_yours

  _rag_retrieval_hash = !local._rag_on ? null : local.packages["rag_retrieval"].s3 != null ? local.packages["rag_retrieval"].s3.hash : try(filebase64sha256(local.packages["rag_retrieval"].filename), "missing")

  # The setting STORE, by what its bearer does.
  _rag_postgresql = local._rag_postgresql_on ? {
    ca_file  = local._rag_database.ca_file
    database = local._rag_database.name
    host     = local._rag_database.host
    kind     = "postgresql"
    port     = local._rag_database.port
  } : null
  _rag_bucket_store = merge(
    { for bucket in module.rag_chunks_bucket : "bucket" => bucket.name },
    { for name, arn in module.encryption.key_arns : "hash_key_id" => arn if name == "hashing" },
    { kind = local._rag_store_kind },
    local._rag_store_by_egress ? { host = var.rag.pinecone.host, secret_arn = var.rag.pinecone.secret.arn } : {},
    { for name, value in { endpoint = one(module.rag_search[*].endpoint), index = one(module.rag_search[*].index_name) } : name => value if local._rag_search_on },
  )
  _rag_stores = {
    for role in ["reader", "writer"] : role => local._rag_postgresql_on ? jsonencode(merge(local._rag_postgresql, { user = "rag_${role}" })) : jsonencode(local._rag_bucket_store)
  }
}

locals {
  _rag_store_egress = merge(
    { for name, group in { database = try(local._rag_database.security_group_id, null) } : name => { port = local._rag_database.port, security_group_id = group } if local._rag_postgresql_on },
    { for search in module.rag_search : "search" => { port = 443, security_group_id = search.security_group_id } },
  )

  _rag_retrieval_environment = local._rag_on ? {
    EMBEDDINGS                   = jsonencode(local._rag_embeddings)
    LOG_LEVEL                    = "INFO"
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Rag"
  } : {}

  # Which package's migrations have run. What reads and writes chunks is made after them, and anew when they change.
  # As hexadecimal digits, which nobody takes for a secret.
  _rag_schema = { for migration in aws_lambda_invocation.rag_migrations : "SCHEMA_OF" => sha256(migration.triggers["package"]) }

  # S3's objects, of which nothing is ever deleted: a removal is written. Names are keyed hashes of ids.
  _rag_bucket_objects = [for prefix in ["documents", "patients"] : "${local._rag_bucket_arn}/${prefix}/*"]
  _rag_store_permissions = {
    for role, actions in { reader = ["s3:GetObject"], writer = ["s3:GetObject", "s3:PutObject"] } : role => merge(
      {
        for name, statement in {
          know_chunks = {
            actions   = ["s3:ListBucket"]
            resources = [local._rag_bucket_arn]
          }
          name_chunks = {
            actions   = ["kms:GenerateMac"]
            resources = [for name, arn in module.encryption.key_arns : arn if name == "hashing"]
          }
          use_chunks = {
            actions   = actions
            resources = local._rag_bucket_objects
          }
          use_chunks_key = {
            actions    = role == "writer" ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
            resources  = [module.encryption.key_arns["phi"]]
            conditions = { StringEquals = { "kms:ViaService" = ["s3.${var.region}.amazonaws.com"] } }
          }
        } : name => statement if local._rag_bucket_on
      },
      {
        for index in local._rag_pinecone[*] : "read_index_key" => {
          actions   = ["secretsmanager:GetSecretValue"]
          resources = [index.secret.arn]
        }
      },
      {
        for key in local._rag_pinecone[*].secret.key : "decrypt_index_key" => {
          actions    = ["kms:Decrypt"]
          resources  = [key.arn]
          conditions = { StringEquals = { "kms:ViaService" = ["secretsmanager.${var.region}.amazonaws.com"] } }
        } if key != null
      },
    )
  }

  # Who is who to the database. ARNs of a cluster that is made here are known once it is there: hence policies of their own,
  # and the functions' others are known at plan.
  _rag_database_clients = local._rag_postgresql_on ? {
    ingest     = { role = module.rag_ingest_function[0].role_name, security_group_id = module.rag_ingest_function[0].security_group_id, user = "rag_writer" }
    migrations = { role = module.rag_migrations_function[0].role_name, security_group_id = module.rag_migrations_function[0].security_group_id, user = null }
    retrieval  = { role = module.rag_retrieval_function[0].role_name, security_group_id = module.rag_retrieval_function[0].security_group_id, user = "rag_reader" }
  } : {}
}

module "rag_database" {
  source = "./modules/database"
  count  = local._rag_database_made ? 1 : 0

  alert_topic_arn          = module.observability.alert_topic_arn
  capacity                 = var.rag.capacity
  clients                  = { for name, client in local._rag_database_clients : "rag-${name}" => client.security_group_id }
  context                  = local.context
  database_name            = "rag"
  deletion_protection      = var.deletion_protection
  instances                = var.rag.database_instances
  kms_key_arn              = module.encryption.key_arns["phi"]
  log_kms_key_arn          = module.encryption.key_arns["logs"]
  log_retention_days       = var.log_retention_days
  monitoring               = { manage_log_group = var.rag.manage_monitoring_log_group }
  name                     = "rag"
  permissions_boundary_arn = var.permissions_boundary_arn
  port                     = var.rag.database_port
  subnet_ids               = values(module.network.subnet_ids)
  vpc_id                   = module.network.vpc_id
}

# Your own database's group lets the functions in as well.
resource "aws_vpc_security_group_ingress_rule" "rag_database" {
  for_each = local._rag_database_made ? {} : local._rag_database_clients

  security_group_id            = var.rag.database.security_group_id
  referenced_security_group_id = each.value.security_group_id
  description                  = "PostgreSQL from ${local._rag_services[each.key]}"
  ip_protocol                  = "tcp"
  from_port                    = var.rag.database.port
  to_port                      = var.rag.database.port
  tags                         = var.tags
}

# Readers and writers sign in with a token of their role, as one user each. The master's password is for migrations alone.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
resource "aws_iam_role_policy" "rag_database" {
  for_each = local._rag_database_clients

  name = "database"
  role = each.value.role

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in [
        {
          sid        = "Connect"
          action     = "rds-db:connect"
          conditions = {}
          resource   = "arn:${var.partition}:rds-db:${var.region}:${var.account_id}:dbuser:${local._rag_database.resource_id}/${coalesce(each.value.user, "none")}"
          wanted     = each.value.user != null
        },
        {
          sid        = "ReadMasterSecret"
          action     = "secretsmanager:GetSecretValue"
          conditions = {}
          resource   = local._rag_database.master_secret_arn
          wanted     = each.value.user == null
        },
        {
          sid        = "DecryptMasterSecret"
          action     = "kms:Decrypt"
          conditions = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
          resource   = local._rag_database.master_secret_key_arn
          wanted     = each.value.user == null && (local._rag_database_made || try(var.rag.database.master_secret_key_arn, null) != null)
        },
        ] : merge(
        { Sid = statement.sid, Effect = "Allow", Action = [statement.action], Resource = [statement.resource] },
        { for key, conditions in { Condition = statement.conditions } : key => conditions if length(conditions) > 0 },
      ) if statement.wanted
    ]
  })
}

# Makes the schema, its roles and its row-level security, and looks every 12 hours whether they are still so.
module "rag_migrations_function" {
  source = "./modules/function"
  count  = local._rag_postgresql_on ? 1 : 0

  alarms = {
    duration = { threshold = 120000 }
    errors   = { threshold = 0 } # two calls a day: its first error counts
  }
  architecture            = var.architecture
  code_signing_config_arn = local.code_signing_config_arn
  context                 = local.context
  description             = "Schema and row-level security of the database of chunks"
  egress                  = local._rag_store_egress
  event_rules             = { schedule = { schedule = "rate(12 hours)", input = "{}" } }
  handler                 = "rag_retrieval.migrations_handler.handler"
  log_retention_days      = var.log_retention_days
  name                    = "rag-migrations"
  package                 = local.packages["rag_retrieval"]
  platform                = local.function_platform
  reserved_concurrency    = var.rag.retrieval.reserved_concurrency == -1 ? -1 : 1 # migrations lock each other out by themselves, too
  timeout                 = 300

  environment = {
    DATABASE_SECRET_ARN          = local._rag_database.master_secret_arn
    LOG_LEVEL                    = "INFO"
    POWERTOOLS_METRICS_NAMESPACE = "Healthcare/Rag"
    POWERTOOLS_SERVICE_NAME      = local._rag_services["migrations"]
    STORE                        = jsonencode(local._rag_postgresql)
  }
}

# With each new package, and for each new database. Where it fails nothing is made that would read or write.
resource "aws_lambda_invocation" "rag_migrations" {
  count = local._rag_postgresql_on ? 1 : 0

  function_name = module.rag_migrations_function[0].function_name
  qualifier     = module.rag_migrations_function[0].alias_name
  input         = "{}"

  triggers = {
    database = local._rag_database.resource_id
    package  = local._rag_retrieval_hash
    # What it needs to get through.
    way_in = join(",", values(local._rag_database_made ? module.rag_database[0].client_rule_ids : { for name, rule in aws_vpc_security_group_ingress_rule.rag_database : name => rule.id }))
  }

  # The network as a whole: it is called at once, and has to find its endpoint, by its private name.
  depends_on = [aws_iam_role_policy.rag_database, module.network]
}

module "rag_chunks_bucket" {
  source = "./modules/bucket"
  count  = local._rag_bucket_on ? 1 : 0

  access_log_bucket       = { name = module.audit.access_log_bucket_name }
  context                 = local.context
  force_destroy           = var.rag.force_destroy
  kms_key_arn             = module.encryption.key_arns["phi"]
  name                    = "rag-chunks"
  noncurrent_version_days = 30 # copies of what the bucket of documents keeps: each put of a shard makes a version of all of it
}

module "rag_search" {
  source = "./modules/search_collection"
  count  = local._rag_search_on ? 1 : 0

  clients = {
    rag-ingest    = module.rag_ingest_function[0].security_group_id
    rag-retrieval = module.rag_retrieval_function[0].security_group_id
  }
  context          = local.context
  index_name       = "chunks"
  kms_key_arn      = module.encryption.key_arns["phi"]
  name             = "rag"
  reader_role_arns = { rag-retrieval = module.rag_retrieval_function[0].role_arn }
  standby_replicas = var.rag.search_collection.standby_replicas
  subnet_ids       = module.network.subnet_ids
  vpc_id           = module.network.vpc_id
  writer_role_arns = { rag-ingest = module.rag_ingest_function[0].role_arn }
}

# The collection's own policies say what each may do there. Its ARN is known once it is made.
resource "aws_iam_role_policy" "rag_search" {
  for_each = local._rag_search_on ? {
    ingest    = module.rag_ingest_function[0].role_name
    retrieval = module.rag_retrieval_function[0].role_name
  } : {}

  name = "search"
  role = each.value

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "UseCollection"
      Effect   = "Allow"
      Action   = ["aoss:APIAccessAll"]
      Resource = [module.rag_search[0].arn]
    }]
  })
}
