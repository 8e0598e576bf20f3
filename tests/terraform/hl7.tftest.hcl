# HL7 v2 in the root module: by itself, with everything, and what it may and may never do.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account_id = "123456789012"
  region     = "us-east-1"
  network = {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }
  patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }
}

run "off" {
  command = plan

  assert {
    condition     = length(module.hl7_function) == 0 && length(module.hl7_queue) == 0 && length(module.patient_events_table) == 0 && length(module.hl7_messages_bucket) == 0 && output.hl7_queue == null && output.hl7_bucket == null
    error_message = "HL7 that was not asked for leaves nothing behind."
  }
}

run "by_itself" {
  command = plan

  variables {
    hl7 = { package = { s3 = { bucket = "releases", key = "hl7_ingest.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
  }

  assert {
    condition     = local._interface_endpoints == toset(["events"])
    error_message = "The function calls EventBridge; DynamoDB and S3 have gateway endpoints, and Lambda's poller needs none."
  }
  assert {
    condition     = length(module.api) == 0 && length(module.patients_table) == 0 && length(module.hl7_acknowledgement_queue) == 0 && length(module.clinical_events) == 1
    error_message = "HL7 brings the bus, and neither an API nor another workload."
  }
  assert {
    condition     = keys(output.functions) == ["hl7_ingest"] && keys(output.tables) == ["audit", "patient_events"]
    error_message = "Outputs name what there is."
  }
  assert {
    condition     = length(setsubtract(["hl7-quarantined", "hl7-control-id-reused", "hl7-merged-patient-used", "hl7-queue-dead-letters", "hl7-queue-oldest-message"], keys(output.alarm_names))) == 0
    error_message = "Quarantine, reused control ids, dead letters and waiting messages ring."
  }
}

run "everything" {
  command = plan

  variables {
    hl7 = {
      acknowledgements = true
      fifo             = true
      processing_ids   = ["P", "T"]
      time_zone        = "America/Argentina/Buenos_Aires"
      package          = { s3 = { bucket = "releases", key = "hl7_ingest.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
    }
  }

  assert {
    condition     = local._interface_endpoints == toset(["events", "sqs"])
    error_message = "Acknowledgements are sent by SQS."
  }
  assert {
    condition     = endswith(module.hl7_queue[0].name, ".fifo") && endswith(module.hl7_acknowledgement_queue[0].name, ".fifo")
    error_message = "With fifo both queues are."
  }
}

run "without_an_authority" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.hl7]

  variables {
    hl7                = {}
    patient_identifier = null
  }
}

run "unknown_processing_id" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.hl7]

  variables {
    hl7 = { processing_ids = ["X"] }
  }
}

run "no_processing_id" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.hl7]

  variables {
    hl7 = { processing_ids = [] }
  }
}

run "a_zone_without_summer_time" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.hl7]

  variables {
    hl7 = { time_zone = "EST" }
  }
}

run "control_ids_soon_forgotten" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.hl7]

  variables {
    hl7 = { control_id_days = 1 }
  }
}

run "messages_larger_than_the_memory" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.hl7]

  variables {
    hl7 = { maximum_message_megabytes = 100 }
  }
}
