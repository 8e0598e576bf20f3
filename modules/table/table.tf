locals {
  _table_name = "${var.context.name_prefix}-${var.name}"
  _table_arn  = "arn:${var.context.partition}:dynamodb:${var.context.region}:${var.context.account_id}:table/${local._table_name}"

  _keys = concat(
    [var.partition_key],
    var.sort_key == null ? [] : [var.sort_key],
    flatten([
      for index in values(var.global_secondary_indexes) : [
        for key in [index.partition_key, index.sort_key] : key if key != null
      ]
    ]),
  )

  # Attributes that several keys share are declared once.
  _attributes = { for name in distinct(local._keys[*].name) : name => one(distinct([for key in local._keys : key.type if key.name == name])) }
}

resource "aws_dynamodb_table" "this" {
  name                        = local._table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.partition_key.name
  range_key                   = try(var.sort_key.name, null)
  deletion_protection_enabled = var.deletion_protection
  stream_enabled              = var.stream_view_type != null
  stream_view_type            = var.stream_view_type
  tags                        = var.context.tags

  dynamic "attribute" {
    for_each = local._attributes
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.global_secondary_indexes
    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.partition_key.name
      range_key          = try(global_secondary_index.value.sort_key.name, null)
      projection_type    = global_secondary_index.value.projection
      non_key_attributes = global_secondary_index.value.projection == "INCLUDE" ? global_secondary_index.value.included_attributes : null
    }
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  # The key is always the customer's: DynamoDB's own can't be cut off, and shows no use in CloudTrail.
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  dynamic "ttl" {
    for_each = var.ttl_attribute[*]
    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }
}
