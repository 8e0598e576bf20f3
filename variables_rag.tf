variable "rag" {
  description = "Answers from a patient's own documents, `{}` for all defaults: retrieval, POST /patients/{patient_id}/questions. Null, the default: off. It needs documents. `store` is where chunks are: postgresql (Aurora, made here unless `database` names yours), s3, opensearch or pinecone. `model_access` is how the model is reached: bedrock (no key, no egress), openai (through the allow-list of that one host), azure or custom (through `private_link`). `database_ca_file` is a file of certificate authorities in the functions' zip or on their machine, where the database's are not Amazon's own. `manage_monitoring_log_group` is false where another database of this account and region has made the log group RDSOSMetrics already. `embeddings.sends_dimensions` is false for a server whose model has one length and refuses to be told of it. `capacity.minimum = 0` lets the database pause: a question that finds it paused is refused with Retry-After, and the check of row-level security wakes it every 12 hours. `redaction` is what takes identifiers out of questions: the layer patterns, and besides it comprehend (Comprehend Medical, by the character) or spacy (a model that you add to the package); `keep` are kinds that stay. `direct_caller` is who direct invocations are judged and recorded as; null refuses them. `provisioned_concurrency` keeps so many instances warm (null: none; of the orchestrator instead of `snap_start`). `reserved_concurrency` is a ceiling of instances (-1: none, the account's shared pool; `retrieval`'s -1 holds for the database's migrations, too, see modules/function). See docs/rag.md."
  type = object({
    acknowledge_baa = optional(bool, false)
    access_labels = optional(map(set(string)), {
      Provider             = ["U", "L", "M", "N", "R"]
      VeryRestrictedAccess = ["U", "L", "M", "N", "R", "V"]
    })
    capacity = optional(object({
      maximum             = optional(number, 8)
      minimum             = optional(number, 0.5)
      pause_after_seconds = optional(number, 3600)
    }), {})
    database = optional(object({
      ca_file               = optional(string)
      host                  = string
      master_secret_arn     = string
      master_secret_key_arn = optional(string)
      name                  = string
      port                  = optional(number, 5432)
      resource_id           = string
      security_group_id     = string
    }))
    database_ca_file   = optional(string)
    database_instances = optional(number, 2)
    database_port      = optional(number, 5432)
    direct_caller      = optional(string)
    embeddings = optional(object({
      dimensions       = optional(number, 1024)
      model            = optional(string)
      provider         = optional(string)
      sends_dimensions = optional(bool, true)
    }), {})
    force_destroy = optional(bool, false)
    ingest = optional(object({
      maximum_concurrency  = optional(number, 5)
      memory_size          = optional(number, 1024)
      reserved_concurrency = optional(number, 5)
    }), {})
    manage_monitoring_log_group = optional(bool, true)
    model = optional(object({
      api             = optional(string)
      base_url        = optional(string)
      id              = optional(string)
      maximum_retries = optional(number, 1)
      resource_arns   = optional(set(string), [])
      secret = optional(object({
        arn = string
        key = optional(object({ arn = string }))
      }))
      timeout_seconds = optional(number, 20)
    }), {})
    model_access = optional(string, "bedrock")
    orchestrator = optional(object({
      memory_size             = optional(number, 1024)
      provisioned_concurrency = optional(number)
      reserved_concurrency    = optional(number, 20)
      snap_start              = optional(bool, true)
    }), {})
    packages = optional(object({
      orchestrator = optional(object({
        build_command = optional(string, "make package")
        filename      = optional(string)
        s3 = optional(object({
          bucket  = string
          hash    = string
          key     = string
          version = optional(string)
        }))
      }), {})
      retrieval = optional(object({
        build_command = optional(string, "make package")
        filename      = optional(string)
        s3 = optional(object({
          bucket  = string
          hash    = string
          key     = string
          version = optional(string)
        }))
      }), {})
    }), {})
    pinecone = optional(object({
      acknowledge_business_associate_agreement = optional(bool, false)
      host                                     = string
      secret = object({
        arn = string
        key = optional(object({ arn = string }))
      })
    }))
    policy_version = optional(string, "1")
    private_link = optional(object({
      private_dns  = optional(bool, false)
      service_name = string
    }))
    redaction = optional(object({
      keep   = optional(set(string), [])
      layers = optional(set(string), ["patterns"])
    }), {})
    retrieval = optional(object({
      memory_size             = optional(number, 1024)
      provisioned_concurrency = optional(number)
      reserved_concurrency    = optional(number, 20)
    }), {})
    search_collection = optional(object({ standby_replicas = optional(bool, true) }), {})
    store             = optional(string, "postgresql")
  })
  default = null

  validation {
    condition     = var.rag == null || var.documents != null
    error_message = "rag needs documents: its answers come from them alone. Set documents = {}."
  }

  validation {
    condition     = contains(["opensearch", "pinecone", "postgresql", "s3"], try(var.rag.store, "postgresql"))
    error_message = "rag.store must be \"postgresql\", \"s3\", \"opensearch\" or \"pinecone\"."
  }

  validation {
    condition     = try(var.rag.store, "postgresql") != "opensearch" || length(var.name_prefix) <= 28
    error_message = "rag.store = \"opensearch\" needs a name_prefix of at most 28 characters: the collection is <name_prefix>-rag, and OpenSearch Serverless takes 32. Take a shorter prefix, or another store."
  }

  validation {
    condition     = contains(["azure", "bedrock", "custom", "openai"], try(var.rag.model_access, "bedrock"))
    error_message = "rag.model_access must be \"bedrock\", \"openai\", \"azure\" or \"custom\"."
  }

  # What the law asks for before anybody else's computers get health information: 45 CFR 164.308(b)(1), 164.502(e).
  validation {
    condition     = try(var.rag.model_access, "bedrock") == "bedrock" || try(var.rag.acknowledge_baa, false)
    error_message = "rag.model_access other than \"bedrock\" sends questions and excerpts of patients' documents to somebody whom AWS's business associate agreement does not cover. Sign an agreement with the provider of the model that covers this API (OpenAI: with zero data retention for the project of the key), then set rag.acknowledge_baa = true; or choose \"bedrock\"."
  }

  validation {
    condition     = try(var.rag.store, "postgresql") != "pinecone" || try(var.rag.pinecone, null) != null
    error_message = "rag.pinecone must say the index: { host = ..., secret = { arn = ... } }."
  }

  validation {
    condition     = try(var.rag.store, "postgresql") != "pinecone" || try(var.rag.pinecone.acknowledge_business_associate_agreement, true)
    error_message = "rag.store = \"pinecone\" sends embeddings of patients' text to Pinecone Systems, Inc., which is no AWS service: AWS's agreement does not cover it, and embeddings can be turned back into text. Sign a business associate agreement with Pinecone for the plan and project that hold this index, then set rag.pinecone.acknowledge_business_associate_agreement = true; or choose \"postgresql\", \"s3\" or \"opensearch\"."
  }

  validation {
    condition     = try(var.rag.pinecone, null) == null || can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)*\\.pinecone\\.io$", var.rag.pinecone.host))
    error_message = "rag.pinecone.host must be the host of one index as Pinecone shows it, without scheme or path: \"chunks-ab12cde.svc.aped-4627-b74a.pinecone.io\"."
  }

  validation {
    condition = alltrue([
      for arn in [try(var.rag.model.secret.arn, null), try(var.rag.pinecone.secret.arn, null), try(var.rag.database.master_secret_arn, null)] :
      arn == null || can(regex("^arn:[^:*]+:secretsmanager:${var.region}:${var.account_id}:secret:[^*]+$", arn))
    ])
    error_message = "rag.model.secret.arn, rag.pinecone.secret.arn and rag.database.master_secret_arn must be ARNs of secrets in Secrets Manager, in this account and region, as the endpoint lets through no others: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-abc123. Never the secret itself: it would stand in the state."
  }

  validation {
    condition = alltrue([
      for arn in [try(var.rag.model.secret.key.arn, null), try(var.rag.pinecone.secret.key.arn, null), try(var.rag.database.master_secret_key_arn, null)] :
      arn == null || can(regex("^arn:[^:*]+:kms:[^:*]+:[0-9]{12}:key/[^*]+$", arn))
    ])
    error_message = "rag.model.secret.key.arn, rag.pinecone.secret.key.arn and rag.database.master_secret_key_arn must be ARNs of KMS keys (arn:aws:kms:REGION:ACCOUNT:key/ID); leave the key out where the secret has none of its own."
  }

  validation {
    condition = var.rag == null || try(alltrue([for role, labels in var.rag.access_labels :
      contains(["Admin", "Auditor", "Patient", "Provider", "SsnAccess", "VeryRestrictedAccess"], role) &&
      length(setsubtract(labels, ["U", "L", "M", "N", "R", "V"])) == 0
    ]) && !contains(flatten([for role, labels in var.rag.access_labels : tolist(labels) if role != "VeryRestrictedAccess"]), "V"), false)
    error_message = "rag.access_labels are HL7 Confidentiality codes (U, L, M, N, R, V) by group of the user pool, and \"V\" (very restricted) is VeryRestrictedAccess's alone: { Provider = [\"U\", \"L\", \"M\", \"N\", \"R\"] }."
  }

  validation {
    condition = try(var.rag.model_access, "bedrock") == "bedrock" || try(
      var.rag.model.id != null && (var.rag.model_access == "openai" || var.rag.model.base_url != null) &&
      (var.rag.embeddings.provider == "bedrock" || var.rag.embeddings.model != null), false
    )
    error_message = "rag.model.id and rag.embeddings.model must be named where model_access is not \"bedrock\", and rag.model.base_url for \"azure\" and \"custom\": nobody else's catalogue is known here. embeddings = { provider = \"bedrock\" } keeps embeddings in AWS."
  }

  validation {
    condition = try(var.rag.model.base_url, null) == null || can(regex(
      try(var.rag.model_access, "bedrock") == "openai" ? "^https://([a-z]{2}\\.)?api\\.openai\\.com/v1$" : "^https://[a-z0-9-]+(\\.[a-z0-9-]+)+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*$",
      var.rag.model.base_url,
    ))
    error_message = "rag.model.base_url must be https://HOST/PATH in lower case, without user, query, fragment or slash at its end; with model_access = \"openai\" it is https://api.openai.com/v1 or a region's, as in https://us.api.openai.com/v1."
  }

  # Names that end up in ARNs of policies: a wildcard in one would be a wildcard there.
  validation {
    condition = alltrue([
      for name in [try(var.rag.model.id, null), try(var.rag.embeddings.model, null)] : name == null || can(regex("^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$", name))
    ])
    error_message = "rag.model.id and rag.embeddings.model are the name of one model each, without a wildcard: \"openai.gpt-oss-120b-1:0\"."
  }

  # A profile sends to models in several regions, and all of them have to be named in the role and at the endpoint.
  # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
  validation {
    condition     = try(var.rag.model_access, "bedrock") != "bedrock" || !can(regex("^(arn:|(apac|au|ca|eu|global|jp|us|us-gov)\\.)", coalesce(try(var.rag.model.id, null), "-"))) || length(try(var.rag.model.resource_arns, [])) > 0
    error_message = "rag.model.id is an inference profile, which is no model by itself: name it in rag.model.resource_arns, with the foundation model in each region that it sends to."
  }

  # Network ACLs let through 443 and high ports (modules/network: network_acl.tf).
  validation {
    condition = alltrue([
      for port in [try(tonumber(regex("^https://[^/:]+:([0-9]+)", var.rag.model.base_url)[0]), 443)] : port == 443 || (port >= 1024 && port <= 65535)
    ])
    error_message = "rag.model.base_url may name port 443 or one from 1024 to 65535: the network's access lists let no other through."
  }

  validation {
    condition     = try(var.rag.model_access, "bedrock") != "bedrock" || try(var.rag.model.base_url == null && var.rag.model.secret == null, true)
    error_message = "rag.model.base_url and secret are not for model_access = \"bedrock\": it is reached through this region's endpoint, with the function's role and no key. Drop them, or choose another model_access."
  }

  validation {
    condition     = contains(["chat_completions", "responses"], coalesce(try(var.rag.model.api, null), "responses"))
    error_message = "rag.model.api must be \"responses\" or \"chat_completions\"."
  }

  # API Gateway gives up after 29 s, the function ends after 28, and retrieval comes first.
  validation {
    condition     = try(var.rag.model.timeout_seconds >= 1 && var.rag.model.timeout_seconds <= 22 && var.rag.model.maximum_retries >= 0 && var.rag.model.maximum_retries <= 3, var.rag == null)
    error_message = "rag.model.timeout_seconds must be from 1 to 22 and maximum_retries from 0 to 3: API Gateway gives up after 29 seconds, of which finding evidence takes its part."
  }

  validation {
    condition     = alltrue([for arn in try(var.rag.model.resource_arns, []) : can(regex("^arn:[^:*]+:bedrock:[^:*]*:([0-9]{12})?:(foundation-model|inference-profile|application-inference-profile|provisioned-model|imported-model)/[^*]+$", arn))])
    error_message = "rag.model.resource_arns are whole ARNs of what Bedrock invokes, without a wildcard: an inference profile, and the foundation model in each region that it sends to."
  }

  validation {
    condition     = (try(var.rag.private_link, null) != null) == contains(["azure", "custom"], try(var.rag.model_access, "bedrock"))
    error_message = "rag.private_link is for model_access \"azure\" and \"custom\", which need it: { service_name = \"com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0\" }. The others have a way of their own."
  }

  validation {
    condition     = try(var.rag.private_link, null) == null || can(regex("^com\\.amazonaws\\.vpce\\.[a-z0-9-]+\\.vpce-svc-[0-9a-f]+$", var.rag.private_link.service_name))
    error_message = "rag.private_link.service_name must be the name of an endpoint service: com.amazonaws.vpce.REGION.vpce-svc-ID."
  }

  validation {
    condition     = contains(["bedrock", "openai"], coalesce(try(var.rag.embeddings.provider, null), "bedrock")) && (try(var.rag.model_access, "bedrock") != "bedrock" || coalesce(try(var.rag.embeddings.provider, null), "bedrock") == "bedrock")
    error_message = "rag.embeddings.provider must be \"bedrock\", or \"openai\" (the protocol) where the model is reached by it, too: with model_access = \"bedrock\" there is no such server."
  }

  # The schema's, which is fixed: vector(1024).
  validation {
    condition     = var.rag == null || try(var.rag.embeddings.dimensions == 1024, false)
    error_message = "rag.embeddings.dimensions must be 1024, the length that all stores here hold."
  }

  validation {
    condition     = var.rag == null || try(can(regex("^[A-Za-z0-9._-]{1,64}$", var.rag.policy_version)), false)
    error_message = "rag.policy_version must be 1 to 64 letters, digits, dots, underscores or hyphens: it stands in every audit row."
  }

  validation {
    condition     = var.rag == null || try(contains(var.rag.redaction.layers, "patterns") && length(setsubtract(var.rag.redaction.layers, ["comprehend", "patterns", "spacy"])) == 0, false)
    error_message = "rag.redaction.layers has \"patterns\", and \"comprehend\" or \"spacy\" besides it where you want them: neither finds all that patterns do."
  }

  validation {
    condition     = var.rag == null || try(alltrue([for kind in var.rag.redaction.keep : can(regex("^[A-Z][A-Z_]*$", kind))]), false)
    error_message = "rag.redaction.keep are kinds of identifiers as the placeholders name them: [\"DATE\"]. docs/redaction.md has them."
  }

  # Amazon's own authorities are in the package. A file is for what is not RDS: the local cloud.
  validation {
    condition     = try(var.rag.database_ca_file, null) == null || try(var.rag.database, null) == null
    error_message = "rag.database_ca_file is for the database that is made here: yours has rag.database.ca_file."
  }

  validation {
    condition     = try(var.rag.direct_caller, null) == null || can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{2,63}$", var.rag.direct_caller))
    error_message = "rag.direct_caller must be 3 to 64 letters, digits, hyphens or underscores, the principal of its rows in the table of relationships: \"care-navigation\"."
  }

  validation {
    condition     = try(var.rag.database, null) == null || (can(regex("^(cluster|db)-[A-Z0-9]+$", var.rag.database.resource_id)) && startswith(try(var.rag.database.security_group_id, ""), "sg-"))
    error_message = "rag.database.resource_id must be the resource id of the cluster or instance (cluster-ABC..., db-ABC...), not its name, and security_group_id the id of its security group (sg-...)."
  }

  validation {
    condition = try(var.rag.database, null) == null || try(
      can(regex("^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$", var.rag.database.host)) &&
      can(regex("^[A-Za-z_][A-Za-z0-9_]{0,62}$", var.rag.database.name)) &&
      var.rag.database.port >= 1024 && var.rag.database.port <= 65535 && floor(var.rag.database.port) == var.rag.database.port,
      false,
    )
    error_message = "rag.database: host is a name without scheme or port (\"rag.cluster-abc123.us-east-1.rds.amazonaws.com\"), name that of one database, and port from 1024 to 65535, which the network's access lists let through."
  }

  # Messages that a throttled function gave back would wait for a whole visibility timeout, and lose a receive.
  validation {
    condition     = var.rag == null || try(var.rag.ingest.maximum_concurrency >= 2 && (var.rag.ingest.reserved_concurrency == -1 || var.rag.ingest.maximum_concurrency <= var.rag.ingest.reserved_concurrency), false)
    error_message = "rag.ingest.maximum_concurrency must be at least 2, and not above rag.ingest.reserved_concurrency: what the queue hands over beyond it would be refused, and wait."
  }

  validation {
    condition     = try(var.rag.database, null) == null || try(var.rag.store, "postgresql") == "postgresql"
    error_message = "rag.database is for store = \"postgresql\": drop it, or the other store."
  }
}
