# Who may do what with the data; IAM alone (aoss:APIAccessAll) opens nothing.
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
locals {
  _permissions = {
    readers = ["aoss:ReadDocument"]
    # CreateIndex is for the first write. Nobody may change or delete the index, or anything of the collection itself.
    writers = ["aoss:CreateIndex", "aoss:ReadDocument", "aoss:WriteDocument"]
  }
  _principals = {
    for kind, arns in { readers = var.reader_role_arns, writers = var.writer_role_arns } : kind => sort(values(arns)) if length(arns) > 0
  }
}

# Without roles there is no policy, and nobody has access.
resource "aws_opensearchserverless_access_policy" "this" {
  count = length(local._principals) == 0 ? 0 : 1

  name        = local._name
  description = "Who may use the index ${var.index_name} of ${local._name}"
  type        = "data"

  policy = jsonencode([
    for kind, principals in local._principals : {
      Description = kind
      Rules       = [{ ResourceType = "index", Resource = ["index/${local._name}/${var.index_name}"], Permission = local._permissions[kind] }]
      Principal   = principals
    }
  ])
}
