# Everything on, from a release: this machine has Terraform and Git, and builds nothing.
locals {
  packages = {
    for function, hash in var.release.hashes : function => {
      s3 = {
        bucket = var.release.bucket
        hash   = hash
        key    = "v${var.release.version}/${function}.zip"
      }
    }
  }
}

module "healthcare" {
  source = "git::https://github.com/OWNER/terraform-aws-hipaa-serverless.git?ref=v0.1.0"

  account_id = var.account_id
  region     = var.region

  network = {
    subnets = {
      "${var.region}a" = { cidr = "10.0.0.0/20" }
      "${var.region}b" = { cidr = "10.0.16.0/20" }
    }
  }
  observability      = { subscribers = { on_call = { protocol = "email", endpoint = "on-call@hospital.example" } } }
  patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }

  appointments       = { package = local.packages["appointments"] }
  compliance_auditor = { package = local.packages["compliance_auditor"] }
  documents          = { package = local.packages["document_ingest"] }
  fhir               = { package = local.packages["fhir_ingest"] }
  hl7                = { package = local.packages["hl7_ingest"] }
  patient_api        = { package = local.packages["patient_api"] }
  rag = {
    packages = {
      orchestrator = local.packages["rag_orchestrator"]
      retrieval    = local.packages["rag_retrieval"]
    }
  }
}
