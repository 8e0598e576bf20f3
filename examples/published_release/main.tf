# Everything on, from a release: this machine has Terraform and Git, and builds nothing.
locals {
  # The release's own list of its zips. It is committed here, so a review of a change sees which code it deploys.
  release = jsondecode(file("${path.module}/packages.json"))

  packages = {
    for function, package in local.release.packages["arm64"] : function => {
      bucket = var.release_bucket
      hash   = package.source_code_hash
      key    = package.key
    }
  }
}

module "healthcare" {
  source = "git::https://github.com/OWNER/terraform-aws-hipaa-serverless.git?ref=v0.1.0"
  #checkov:skip=CKV_TF_1:A release, signed, by its tag; docs/other_stacks.md says how to name a commit instead

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

  packages           = local.packages
  appointments       = {}
  compliance_auditor = {}
  documents          = {}
  fhir               = {}
  hl7                = {}
  patient_api        = {}
  rag                = {}
}

# `source` takes no variable, so two places name the release: a plan warns where they differ.
check "one_release" {
  assert {
    condition     = strcontains(file("${path.module}/main.tf"), "?ref=v${local.release.version}\"")
    error_message = "packages.json is of release ${local.release.version}, and `source` in main.tf names another: change both together."
  }
}
