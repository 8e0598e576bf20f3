variable "account_id" {
  description = "The local cloud's account."
  type        = string
  default     = "123456789012"
  nullable    = false
}

variable "architecture" {
  description = "This machine's architecture: the local cloud runs functions on it."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "database_ca_file" {
  description = "The certificate authority that the local cloud made for its database: database_ca_file in its state.json."
  type        = string
  default     = null
}

variable "database_port" {
  description = "Where the local cloud's database listens: database_port in its state.json."
  type        = number
  default     = 5432
  nullable    = false
}

variable "hl7_fifo" {
  description = "Whether the HL7 queue is FIFO: `make reliability` tries both."
  type        = bool
  default     = false
  nullable    = false
}

variable "name_prefix" {
  description = "What every name begins with."
  type        = string
  default     = "healthcare"
  nullable    = false
}

variable "region" {
  description = "The local cloud's region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}
