# staging: prod, smaller. Two zones, a database that pauses while nobody asks.
account_id  = "222222222222" # yours; state.s3.tfbackend names it, too
region      = "us-east-1"
name_prefix = "healthcare"
tags        = { Environment = "staging" }

# Of every role, by `make bootstrap`: without it the role that applies can make none.
permissions_boundary_arn = "arn:aws:iam::222222222222:policy/healthcare-terraform-boundary"

network = {
  subnets = {
    us-east-1a = { cidr = "10.20.0.0/20" }
    us-east-1b = { cidr = "10.20.16.0/20" }
  }
  vpc_cidr = "10.20.0.0/16"
}

api = { allowed_origins = ["https://portal.staging.hospital.example"] }

patient_api = {}
appointments = {
  notifications = {
    identity   = "staging.hospital.example"
    portal_url = "https://portal.staging.hospital.example"
    sender     = "no-reply@staging.hospital.example"
  }
}
documents = {}
fhir      = {}
hl7       = { acknowledgements = true, processing_ids = ["P", "T"] }
patient_identifier = {
  namespace_id = "MAIN"
  system       = "https://hospital.example/mrn"
}
rag = { capacity = { minimum = 0, maximum = 2 } }

compliance_auditor = { waivers_file = "environments/staging/waivers.yaml" }

code_signing = {} # Lambda takes what `make sign ENV=staging` has signed, and nothing else

observability = {
  monthly_budget = { limit_usd = 400 }
  subscribers    = { security = { protocol = "email", endpoint = "security-staging@hospital.example" } }
}

# A new account can reserve no concurrency for its functions, since it may have 10 in all: docs/environments.md, "A new account".
# reserve_concurrency = false
