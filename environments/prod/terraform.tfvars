# prod: everything on.
account_id  = "333333333333" # yours; state.s3.tfbackend names it, too
region      = "us-east-1"
name_prefix = "healthcare"
tags        = { Environment = "prod" }

# Of every role, by `make bootstrap`: without it the role that applies can make none.
permissions_boundary_arn = "arn:aws:iam::333333333333:policy/healthcare-terraform-boundary"

network = {
  subnets = {
    us-east-1a = { cidr = "10.30.0.0/20" }
    us-east-1b = { cidr = "10.30.16.0/20" }
    us-east-1c = { cidr = "10.30.32.0/20" }
  }
  vpc_cidr = "10.30.0.0/16"
}

api = { allowed_origins = ["https://portal.hospital.example"] }

patient_api = { provisioned_concurrency = 2 } # two instances stand warm: no clinician waits for a cold start
appointments = {
  notifications = {
    identity   = "hospital.example"
    portal_url = "https://portal.hospital.example"
    sender     = "no-reply@hospital.example"
  }
}
documents = {}
fhir      = {}
hl7       = { acknowledgements = true }
patient_identifier = {
  namespace_id = "MAIN"
  system       = "https://hospital.example/mrn"
}
rag = {}

compliance_auditor = { waivers_file = "environments/prod/waivers.yaml" }

code_signing = {} # Lambda takes what `make sign ENV=prod` has signed, and nothing else

# GOVERNANCE: who holds s3:BypassGovernanceRetention can shorten a lock. COMPLIANCE can't be undone by anybody, and has to be
# acknowledged: see modules/audit before you choose it.
audit = {
  detection   = { access_analyzer = true, guardduty = true, inspector = true, inspector_code = true }
  object_lock = { mode = "GOVERNANCE", retention_days = 2557 }
}

# Daily copies for 35 days and monthly ones for seven years, in a locked vault (COMPLIANCE has to be acknowledged here, too).
# `make restore-test` restores and compares; restore_testing = {} would have AWS restore tables by itself, at a price.
backup = { lock = { mode = "GOVERNANCE" } }

observability = {
  monthly_budget = { limit_usd = 1000 }
  subscribers    = { security = { protocol = "email", endpoint = "security@hospital.example" } }
}

deletion_protection      = true
key_deletion_window_days = 30

# A new account can reserve no concurrency for its functions, since it may have 10 in all: docs/environments.md, "A new account".
# reserve_concurrency = false
