# The same root module on the local cloud (docs/local_cloud.md). The standard AWS variables point the provider at it:
# AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY. What is weaker here than in production is named below.
provider "aws" {
  region              = var.region
  max_retries         = 3 # what the local cloud lacks answers 500: say so soon
  allowed_account_ids = [var.account_id]
}

module "healthcare" {
  source = "../.."

  account_id   = var.account_id
  architecture = var.architecture
  name_prefix  = var.name_prefix
  region       = var.region
  tags         = { Environment = "local", Project = "terraform-aws-hipaa-serverless" }

  network = {
    subnets = {
      "${var.region}a" = { cidr = "10.0.0.0/20" }
      "${var.region}b" = { cidr = "10.0.16.0/20" }
    }
  }

  api         = { allowed_origins = ["https://portal.example.org"] }
  patient_api = {}
  appointments = {
    notifications = {
      identity   = "example.org"
      portal_url = "https://portal.example.org"
      sender     = "no-reply@example.org"
    }
  }
  documents = { force_destroy = true }
  fhir      = { force_destroy = true }
  hl7       = { acknowledgements = true, fifo = var.hl7_fifo, force_destroy = true }
  patient_identifier = {
    namespace_id = "MAIN"
    oid          = "2.16.840.1.113883.19.5"
    system       = "https://hospital.example/mrn"
  }
  compliance_auditor = {
    force_destroy = true
    object_lock   = { mode = "GOVERNANCE", retention_days = 1 }
  }

  # The local cloud's PostgreSQL and what answers for the model: docs/local_cloud.md. `care-navigation` is who invokes the
  # orchestrator directly; its rows in the table of relationships say for whom.
  rag = {
    database_ca_file = var.database_ca_file
    database_port    = var.database_port
    direct_caller    = "care-navigation"
  }

  observability = {
    subscribers = { security = { protocol = "email", endpoint = "security@example.org" } }
  }

  # Everything here is thrown away after the demonstration, and nothing of it is true: so it can be.
  backup                   = { force_destroy = true, restore_testing = {} }
  deletion_protection      = false
  key_deletion_window_days = 7
  audit = {
    force_destroy = true
    object_lock   = { mode = "GOVERNANCE", retention_days = 1 }
  }

  # The demonstration signs people in with the administrator's credentials: a browser would use SRP.
  identity = { additional_auth_flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] }
}
