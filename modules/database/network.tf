# In for the named clients, on one port; out for nobody: it answers, and calls no one.
resource "aws_security_group" "this" {
  name        = "${local._name}-database"
  description = "Database ${local._name}: named clients in, nothing out"
  vpc_id      = var.vpc_id
  tags        = merge(var.context.tags, { Name = "${local._name}-database" })

  timeouts {
    # Rules of functions' groups refer to it, and those wait for Lambda's network interfaces.
    delete = "45m"
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.clients

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = each.value
  description                  = "PostgreSQL from ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
  tags                         = var.context.tags
}
