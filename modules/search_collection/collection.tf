locals {
  _name       = "${var.context.name_prefix}-${var.name}"
  _collection = "collection/${local._name}"
}

# OpenSearch Serverless reads its policies by the collection's name, and refuses a collection that no encryption policy is for.
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-encryption.html
resource "aws_opensearchserverless_security_policy" "encryption" {
  name        = local._name
  description = "The key of ${local._name}"
  type        = "encryption"

  policy = jsonencode({
    Rules       = [{ ResourceType = "collection", Resource = [local._collection] }]
    AWSOwnedKey = false
    KmsARN      = var.kms_key_arn
  })
}

resource "aws_opensearchserverless_collection" "this" {
  name             = local._name
  description      = "Vectors and text of ${local._name}"
  type             = "VECTORSEARCH"
  standby_replicas = var.standby_replicas ? "ENABLED" : "DISABLED"
  tags             = var.context.tags

  # Closed before it is there: without a network policy it could be reached by nobody, with an older one by others.
  depends_on = [
    aws_opensearchserverless_access_policy.this,
    aws_opensearchserverless_security_policy.encryption,
    aws_opensearchserverless_security_policy.network,
  ]
}
