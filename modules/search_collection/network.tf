# An endpoint of OpenSearch Serverless's own kind: it brings its private DNS, and takes no endpoint policy. Who may use it for what
# is said by the security group here, and by the collection's own policies.
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-vpc.html
resource "aws_opensearchserverless_vpc_endpoint" "this" {
  name               = local._name
  vpc_id             = var.vpc_id
  subnet_ids         = values(var.subnet_ids)
  security_group_ids = [aws_security_group.endpoint.id]
}

# Through this endpoint and no other way. No rule is for dashboards, so that they stay closed.
resource "aws_opensearchserverless_security_policy" "network" {
  name        = local._name
  description = "${local._name} through its endpoint alone"
  type        = "network"

  policy = jsonencode([{
    Description     = "Through the endpoint alone"
    Rules           = [{ ResourceType = "collection", Resource = [local._collection] }]
    AllowFromPublic = false
    SourceVPCEs     = [aws_opensearchserverless_vpc_endpoint.this.id]
  }])
}

resource "aws_security_group" "endpoint" {
  name        = "${local._name}-search"
  description = "Endpoint of ${local._name}: HTTPS from named clients, nothing out"
  vpc_id      = var.vpc_id
  tags        = merge(var.context.tags, { Name = "${local._name}-search" })

  timeouts {
    # Rules of functions' groups refer to it, and those wait for Lambda's network interfaces.
    delete = "45m"
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.clients

  security_group_id            = aws_security_group.endpoint.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "HTTPS from ${each.key}"
  tags                         = var.context.tags
}
