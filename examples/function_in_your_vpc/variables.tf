variable "account_id" {
  description = "The AWS account, 12 digits: the provider refuses every other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account, as a string: \"123456789012\"."
  }
}

variable "network" {
  description = "The VPC that is there already: its id, at least two private subnets, the security group of its interface endpoints, and the prefix lists of its gateway endpoints by service."
  type = object({
    endpoint_security_group_id = string
    prefix_list_ids            = map(string)
    subnet_ids                 = list(string)
    vpc_id                     = string
  })
  nullable = false

  # Without it the function would time out at its first read, and nobody would know why.
  validation {
    condition     = can(startswith(var.network.prefix_list_ids["dynamodb"], "pl-"))
    error_message = "network.prefix_list_ids needs the prefix list of DynamoDB's gateway endpoint, { dynamodb = \"pl-...\" }: `aws ec2 describe-prefix-lists` shows it."
  }
}

variable "region" {
  description = "The AWS region of the VPC."
  type        = string
  nullable    = false
}
