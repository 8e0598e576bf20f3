# dev: every safeguard, at the smallest price. What staging and prod have differently stands in their terraform.tfvars.
account_id  = "111111111111" # yours; state.s3.tfbackend names it, too
region      = "us-east-1"
name_prefix = "healthcare"
tags        = { Environment = "dev" }

# Of every role, by `make bootstrap`: without it the role that applies can make none.
permissions_boundary_arn = "arn:aws:iam::111111111111:policy/healthcare-terraform-boundary"

# Interface endpoints in one zone: paid by the hour and the zone. If that zone fails, so does dev.
network = {
  interface_endpoint_zones = ["us-east-1a"]
  subnets = {
    us-east-1a = { cidr = "10.10.0.0/20" }
    us-east-1b = { cidr = "10.10.16.0/20" }
  }
  vpc_cidr = "10.10.0.0/16"
}

api = { allowed_origins = ["https://portal.dev.hospital.example"] }

patient_api = {}
appointments = {
  notifications = {
    identity   = "dev.hospital.example"
    portal_url = "https://portal.dev.hospital.example"
    sender     = "no-reply@dev.hospital.example"
  }
}
documents = {}
fhir      = {}
hl7       = { processing_ids = ["D", "P", "T"] }
patient_identifier = {
  namespace_id = "MAIN"
  system       = "https://hospital.example/mrn"
}
rag = { store = "s3" } # no database: chunks are searched in memory, which suits some thousands a patient

# Two weeks of copies: what is in dev is invented.
backup = {
  rules = { daily = { delete_after_days = 14, schedule = "cron(0 3 * * ? *)" } }
}

compliance_auditor = { waivers_file = "environments/dev/waivers.yaml" }

code_signing = {} # Lambda takes what `make sign ENV=dev` has signed, and nothing else

observability = {
  monthly_budget = { limit_usd = 200 }
  subscribers    = { security = { protocol = "email", endpoint = "security-dev@hospital.example" } }
}

key_deletion_window_days = 7

# A new account can reserve no concurrency for its functions, since it may have 10 in all: docs/environments.md, "A new account".
# reserve_concurrency = false
