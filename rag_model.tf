# How the model and its embeddings are reached. Bedrock: through this region's endpoint, with the function's role. OpenAI: with
# a key from Secrets Manager, through the allow-list of one host. Azure and others: with a key, through a private link.
locals {
  _rag_access = try(var.rag.model_access, "bedrock")
  # Bedrock's own defaults; what others offer is named by whoever chooses them.
  # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html
  _rag_model = {
    api = coalesce(try(var.rag.model.api, null), contains(["azure", "openai"], local._rag_access) ? "responses" : "chat_completions")
    id  = coalesce(try(var.rag.model.id, null), "openai.gpt-oss-120b-1:0")
  }
  _rag_base_url = local._rag_access == "bedrock" ? null : coalesce(try(var.rag.model.base_url, null), "https://api.openai.com/v1")
  _rag_host     = local._rag_base_url == null ? null : regex("^https://([^/:]+)", local._rag_base_url)[0]
  _rag_port     = local._rag_base_url == null ? 443 : tonumber(coalesce(try(regex("^https://[^/]+:([0-9]+)", local._rag_base_url)[0], null), "443"))

  _rag_keyed_on    = local._rag_on && local._rag_access != "bedrock"
  _rag_secret_made = local._rag_keyed_on && (var.rag == null ? true : var.rag.model.secret == null)
  # One shape for the secret that is made here and for yours.
  _rag_secret = !local._rag_keyed_on ? null : local._rag_secret_made ? {
    arn = aws_secretsmanager_secret.rag_model[0].arn
    key = { arn = module.encryption.key_arns["configuration"] }
  } : var.rag.model.secret
  _rag_model_endpoint = local._rag_on ? {
    authentication  = local._rag_keyed_on ? "secret" : "sigv4"
    base_url        = local._rag_base_url
    maximum_retries = var.rag.model.maximum_retries
    secret_arn      = one(local._rag_secret[*].arn)
    timeout_seconds = var.rag.model.timeout_seconds
  } : null

  _rag_embeddings_provider = coalesce(try(var.rag.embeddings.provider, null), local._rag_access == "bedrock" ? "bedrock" : "openai")
  _rag_embeddings_model    = coalesce(try(var.rag.embeddings.model, null), "amazon.titan-embed-text-v2:0")
  _rag_embeddings = local._rag_on ? merge(
    { dimensions = var.rag.embeddings.dimensions, model = local._rag_embeddings_model, provider = local._rag_embeddings_provider },
    { for sends in [var.rag.embeddings.sends_dimensions] : "sends_dimensions" => sends if !sends },
    { for endpoint in [local._rag_model_endpoint] : "endpoint" => endpoint if local._rag_embeddings_provider == "openai" },
  ) : null

  # Foundation models are AWS's own: their ARNs name no account.
  _rag_model_arn_prefix     = "arn:${var.partition}:bedrock:${var.region}::foundation-model"
  _rag_model_arns           = local._rag_access != "bedrock" ? [] : length(try(var.rag.model.resource_arns, [])) > 0 ? sort(var.rag.model.resource_arns) : ["${local._rag_model_arn_prefix}/${local._rag_model.id}"]
  _rag_embedding_model_arns = local._rag_embeddings_provider == "bedrock" ? ["${local._rag_model_arn_prefix}/${local._rag_embeddings_model}"] : []
  _rag_bedrock_on           = local._rag_on && length(concat(local._rag_model_arns, local._rag_embedding_model_arns)) > 0
  _rag_endpoint_statements = {
    for service, statement in {
      bedrock-runtime = {
        actions   = ["bedrock:InvokeModel"]
        resources = concat(local._rag_model_arns, local._rag_embedding_model_arns)
      }
    } : service => statement if local._rag_bedrock_on
  }

  _rag_use_secret = merge(
    {
      for secret in local._rag_secret[*] : "read_model_key" => {
        actions   = ["secretsmanager:GetSecretValue"]
        resources = [secret.arn]
      }
    },
    {
      for key in local._rag_secret[*].key : "decrypt_model_key" => {
        actions    = ["kms:Decrypt"]
        resources  = [key.arn]
        conditions = { StringEquals = { "kms:ViaService" = ["secretsmanager.${var.region}.amazonaws.com"] } }
      } if key != null
    },
  )
  _rag_ask_model = merge(local._rag_use_secret, {
    for name, arns in { ask_model = local._rag_model_arns } : name => {
      actions                     = ["bedrock:InvokeModel"]
      resources                   = arns
    } if length(arns) > 0
  })
  _rag_embed = merge(
    { for name, statement in local._rag_use_secret : name => statement if local._rag_embeddings_provider == "openai" },
    {
      for name, arns in { embed = local._rag_embedding_model_arns } : name => {
        actions                 = ["bedrock:InvokeModel"]
        resources               = arns
      } if length(arns) > 0
    },
  )

  # The one host that OpenAI needs; everybody else's way is private.
  _rag_model_by_egress      = local._rag_on && local._rag_access == "openai"
  _rag_embeddings_by_egress = local._rag_model_by_egress && local._rag_embeddings_provider == "openai"
  _rag_egress_hosts = toset(concat(
    local._rag_model_by_egress ? [local._rag_host] : [],
    local._rag_store_by_egress ? [var.rag.pinecone.host] : [],
  ))

  # Names with a private way, which the DNS firewall has to let through where there is one.
  _rag_private_names = toset(compact([local._rag_link == null ? "" : local._rag_host, try(var.rag.database.host, "")]))

  _rag_link                   = var.rag == null ? null : var.rag.private_link
  _rag_link_count             = local._rag_link == null ? 0 : 1
  _rag_link_egress            = { for group in aws_security_group.rag_link : "model" => { port = local._rag_port, security_group_id = group.id } }
  _rag_embeddings_link_egress = local._rag_embeddings_provider == "openai" ? local._rag_link_egress : {}
}

# Empty: Terraform never sees the key. aws secretsmanager put-secret-value --secret-id ... --secret-string file:///dev/stdin
resource "aws_secretsmanager_secret" "rag_model" {
  #checkov:skip=CKV2_AWS_57:The model's provider makes the key, and has to be asked for the next one; nothing here could rotate it
  count = local._rag_secret_made ? 1 : 0

  name                    = "${var.name_prefix}-rag-model-key"
  description             = "API key of the language model: the key alone, as text"
  kms_key_id              = module.encryption.key_arns["configuration"]
  recovery_window_in_days = var.deletion_protection ? 30 : 7
  tags                    = var.tags
}

resource "aws_security_group" "rag_link" {
  count = local._rag_link_count

  name        = "${var.name_prefix}-rag-model-link"
  description = "Private link to the language model: functions of RAG in, nothing out" # EC2 takes no apostrophe.
  vpc_id      = module.network.vpc_id
  tags        = merge(var.tags, { Name = "${var.name_prefix}-rag-model-link" })

  timeouts {
    delete = "45m" # Lambda gives its network interfaces back late, see modules/network
  }
}

resource "aws_vpc_security_group_ingress_rule" "rag_link" {
  for_each = local._rag_link_count == 0 ? {} : merge(
    { orchestrator = module.rag_orchestrator_function[0].security_group_id },
    local._rag_embeddings_provider == "openai" ? { ingest = module.rag_ingest_function[0].security_group_id, retrieval = module.rag_retrieval_function[0].security_group_id } : {},
  )

  security_group_id            = aws_security_group.rag_link[0].id
  referenced_security_group_id = each.value
  description                  = "TLS from rag-${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = local._rag_port
  to_port                      = local._rag_port
  tags                         = var.tags
}

resource "aws_vpc_endpoint" "rag_link" {
  #checkov:skip=HIPAA_NET_07:Endpoint services that aren't AWS's own take no policy; who may use it is said by the security group
  count = local._rag_link_count

  vpc_id              = module.network.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = var.rag.private_link.service_name
  private_dns_enabled = var.rag.private_link.private_dns
  subnet_ids          = values(module.network.subnet_ids)
  security_group_ids  = aws_security_group.rag_link[*].id
  tags                = merge(var.tags, { Name = "${var.name_prefix}-rag-model" })
}

# Where the service has no private name of its own, the host of base_url leads to the link, in this VPC alone: certificate and
# SNI stay those of the host.
resource "aws_route53_zone" "rag_link" {
  #checkov:skip=CKV2_AWS_38:DNSSEC is for public zones
  #checkov:skip=CKV2_AWS_39:Query logging is for public zones
  count = local._rag_link_count > 0 && !try(var.rag.private_link.private_dns, false) ? 1 : 0

  name    = local._rag_host
  comment = "The language model, through the private link"
  tags    = var.tags

  vpc {
    vpc_id = module.network.vpc_id
  }
}

resource "aws_route53_record" "rag_link" {
  count = length(aws_route53_zone.rag_link)

  zone_id = aws_route53_zone.rag_link[0].zone_id
  name    = local._rag_host
  type    = "A"

  alias {
    name                   = aws_vpc_endpoint.rag_link[0].dns_entry[0].dns_name
    zone_id                = aws_vpc_endpoint.rag_link[0].dns_entry[0].hosted_zone_id
    evaluate_target_health = false
  }
}
