variable "appointments" {
  description = "Appointments, `{}` for all defaults: booking, a patient's calendar, cancelling. Null, the default: off. `notifications` sends the patient an e-mail that says only that there is a message on `portal_url`: `sender` is an address of a domain that SES may send for; `identity`, that domain, is made here where it is given (publish its DKIM records), and is yours where it is not. Without `notifications` nobody is told. `package` is dist/appointments.zip, for both functions. `api.provisioned_concurrency` keeps so many instances warm (null: none). `reserved_concurrency` is a ceiling of instances (-1: none, the account's shared pool, see modules/function)."
  type = object({
    api = optional(object({
      memory_size             = optional(number, 512)
      provisioned_concurrency = optional(number)
      reserved_concurrency    = optional(number, 20)
    }), {})
    notifications = optional(object({
      identity             = optional(string)
      portal_url           = string
      reserved_concurrency = optional(number, 5)
      sender               = string
    }))
    package = optional(object({
      build_command = optional(string, "make package")
      filename      = optional(string)
      s3 = optional(object({
        bucket  = string
        hash    = string
        key     = string
        version = optional(string)
      }))
    }), {})
  })
  default = null

  validation {
    condition     = try(var.appointments.notifications, null) == null || can(regex("^[a-z0-9._+-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.appointments.notifications.sender))
    error_message = "appointments.notifications.sender must be a plain address in lower case, without a name: \"no-reply@hospital.example\"."
  }

  validation {
    condition     = try(var.appointments.notifications, null) == null || can(regex("^https://[^/?#[:space:]]+(/[^?#[:space:]]*)?$", var.appointments.notifications.portal_url))
    error_message = "appointments.notifications.portal_url must begin with https:// and have no query and no fragment: it is the same for all patients."
  }

  validation {
    condition     = try(var.appointments.notifications.identity, null) == null || try(endswith(var.appointments.notifications.sender, "@${var.appointments.notifications.identity}"), false)
    error_message = "appointments.notifications.identity must be the sender's domain (\"hospital.example\" for no-reply@hospital.example), or null where SES has the identity already."
  }
}

variable "compliance_auditor" {
  description = "The daily HIPAA checklist of this account, `{}` for all defaults. Null, the default: off. `regions` are those that it reads (empty: the deployment's own), `schedule` is EventBridge's (in UTC), `missed_after_hours` the silence after which an alarm goes off: more than the schedule's interval. `waivers_file` and `attestations_file` are paths in the package, or null for none. `package` is dist/compliance_auditor.zip unless another zip or an S3 object is named. `object_lock` holds the reports; see modules/bucket. `reserved_concurrency` is a ceiling of instances (-1: none, the account's shared pool, see modules/function)."
  type = object({
    attestations_file  = optional(string, "policies/attestations.yaml")
    force_destroy      = optional(bool, false)
    memory_size        = optional(number, 1024)
    missed_after_hours = optional(number, 26)
    object_lock = optional(object({
      acknowledge_compliance_locks = optional(bool, false)
      mode                         = optional(string, "GOVERNANCE")
      retention_days               = optional(number, 2557)
    }), {})
    package = optional(object({
      build_command = optional(string, "make package")
      filename      = optional(string)
      s3 = optional(object({
        bucket  = string
        hash    = string
        key     = string
        version = optional(string)
      }))
    }), {})
    regions              = optional(set(string), [])
    reserved_concurrency = optional(number, 1)
    schedule             = optional(string, "cron(0 5 * * ? *)")
    timeout              = optional(number, 900)
    waivers_file         = optional(string, "policies/waivers.yaml")
  })
  default = null

  validation {
    condition     = var.compliance_auditor == null ? true : var.compliance_auditor.force_destroy || try(var.compliance_auditor.object_lock.retention_days >= 2192, false)
    error_message = "compliance_auditor.object_lock.retention_days must be at least 2192 (6 years, 45 CFR 164.316(b)(2)(i)): the reports are the documentation that the rule asks for. 2557 is the default. Less is for environments that are thrown away (force_destroy = true)."
  }

  validation {
    condition     = var.compliance_auditor == null ? true : alltrue([for region in var.compliance_auditor.regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "compliance_auditor.regions must be names of regions such as \"us-east-1\", or empty for the deployment's own."
  }
}

variable "documents" {
  description = "Medical documents (PDF, text, CCDA, DICOM), `{}` for all defaults: a bucket, and what becomes of the objects below its incoming/. Null, the default: off. It needs patient_identifier. `default_access_label` is that of documents that say none (HL7 Confidentiality: U, L, M, N, R, V); `maximum_megabytes` are the largest files that are read, by kind (of DICOM only the header is); `force_destroy` lets destroy empty the bucket. `package` is dist/document_ingest.zip unless another is named. `reserved_concurrency` is a ceiling of instances (-1: none, the account's shared pool, see modules/function)."
  type = object({
    default_access_label = optional(string, "R")
    force_destroy        = optional(bool, false)
    maximum_megabytes = optional(object({
      ccda = optional(number, 20)
      pdf  = optional(number, 100)
      text = optional(number, 10)
    }), {})
    memory_size = optional(number, 1536)
    package = optional(object({
      build_command = optional(string, "make package")
      filename      = optional(string)
      s3 = optional(object({
        bucket  = string
        hash    = string
        key     = string
        version = optional(string)
      }))
    }), {})
    reserved_concurrency = optional(number, 10)
  })
  default = null

  validation {
    condition     = var.documents == null || var.patient_identifier != null
    error_message = "documents needs patient_identifier: which identifier in a CCDA or DICOM file is the patient_id here? Set it to the authority of your medical record numbers."
  }

  # https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html
  validation {
    condition     = var.documents == null || try(contains(["U", "L", "M", "N", "R", "V"], var.documents.default_access_label), false)
    error_message = "documents.default_access_label is one of HL7's Confidentiality codes, U, L, M, N, R or V: \"R\" (restricted) unless what says nothing may be seen by everybody who treats the patient (\"N\")."
  }

  # Half a gigabyte is the function's own, the rest its reader's. Measured in docs/documents.md.
  validation {
    condition     = var.documents == null || try(var.documents.memory_size >= 1024 && var.documents.memory_size <= 10240, false)
    error_message = "documents.memory_size is between 1024 and 10240 MB: 512 are the function's own, and what reads a PDF or a CCDA document needs as much."
  }

  # A CCDA document becomes a tree of some fifteen times its size; /tmp holds 512 MB.
  validation {
    condition = var.documents == null || try(alltrue([
      for size in values(var.documents.maximum_megabytes) : size >= 1 && size <= 400 && floor(size) == size
    ]) && var.documents.maximum_megabytes.ccda * 20 <= var.documents.memory_size - 512 && var.documents.maximum_megabytes.text * 20 <= var.documents.memory_size - 512, false)
    error_message = "documents.maximum_megabytes are whole numbers from 1 to 400, and ccda and text at most a twentieth of memory_size - 512: raise memory_size for larger files."
  }
}

variable "fhir" {
  description = "FHIR R4, `{}` for all defaults: a queue of resources and Bundles, their store, and GET /fhir/{type}/{id}. Null, the default: off. It needs patient_identifier. `senders` may send to the queue (see modules/queue), `maximum_receives` is when a message becomes a dead letter, `force_destroy` lets destroy empty the bucket of originals. `package` is dist/fhir_ingest.zip, for both functions. `api.provisioned_concurrency` keeps so many instances warm (null: none). `reserved_concurrency` is a ceiling of instances (-1: none, the account's shared pool, see modules/function)."
  type = object({
    api = optional(object({
      memory_size             = optional(number, 512)
      provisioned_concurrency = optional(number)
      reserved_concurrency    = optional(number, 20)
    }), {})
    force_destroy = optional(bool, false)
    ingest = optional(object({
      maximum_concurrency  = optional(number, 10)
      memory_size          = optional(number, 1024)
      reserved_concurrency = optional(number, 10)
    }), {})
    maximum_receives = optional(number, 8)
    package = optional(object({
      build_command = optional(string, "make package")
      filename      = optional(string)
      s3 = optional(object({
        bucket  = string
        hash    = string
        key     = string
        version = optional(string)
      }))
    }), {})
    senders = optional(map(object({
      role_arn   = optional(string)
      service    = optional(string)
      source_arn = optional(string)
    })), {})
  })
  default = null

  validation {
    condition     = var.fhir == null || var.patient_identifier != null
    error_message = "fhir needs patient_identifier: which identifier of a Patient is the patient_id here? Set it to the system (and HL7 v2 authority) of your medical record numbers."
  }

  # As in rag: a message that a throttled function gave back waits for a whole visibility timeout, and loses a receive.
  validation {
    condition     = var.fhir == null || try(var.fhir.ingest.maximum_concurrency >= 2 && (var.fhir.ingest.reserved_concurrency == -1 || var.fhir.ingest.maximum_concurrency <= var.fhir.ingest.reserved_concurrency), false)
    error_message = "fhir.ingest.maximum_concurrency must be at least 2, and not above fhir.ingest.reserved_concurrency: what the queue hands over beyond it would be refused, and wait."
  }

  # A message waits for the patient that it names until its third delivery, and is then quarantined with the reason.
  validation {
    condition     = var.fhir == null || try(var.fhir.maximum_receives >= 4, false)
    error_message = "fhir.maximum_receives must be at least 4: until its third delivery a message waits for the patient that it names, and a dead letter says less than the quarantine."
  }
}

variable "hl7" {
  description = "HL7 v2, `{}` for all defaults: a queue of messages, their store and the originals. Null, the default: off. It needs patient_identifier. `fifo` makes the queue FIFO (one message group a patient): choose before there are messages, since a change makes both queues anew, empty; `acknowledgements` adds a queue of ACKs; `processing_ids` are those of MSH-11 that are taken; `time_zone` is that of time stamps without an offset; `control_id_days` is how long a control id is remembered; `force_destroy` lets destroy empty the bucket of originals. `package` is dist/hl7_ingest.zip unless another is named. `reserved_concurrency` is a ceiling of instances (-1: none, the account's shared pool, see modules/function)."
  type = object({
    acknowledgements          = optional(bool, false)
    control_id_days           = optional(number, 365)
    fifo                      = optional(bool, false)
    force_destroy             = optional(bool, false)
    maximum_concurrency       = optional(number, 10)
    maximum_message_megabytes = optional(number, 20)
    maximum_receives          = optional(number, 5)
    memory_size               = optional(number, 1024)
    package = optional(object({
      build_command = optional(string, "make package")
      filename      = optional(string)
      s3 = optional(object({
        bucket  = string
        hash    = string
        key     = string
        version = optional(string)
      }))
    }), {})
    processing_ids       = optional(set(string), ["P"])
    reserved_concurrency = optional(number, 10)
    senders = optional(map(object({
      role_arn   = optional(string)
      service    = optional(string)
      source_arn = optional(string)
    })), {})
    time_zone = optional(string, "UTC")
  })
  default = null

  validation {
    condition     = var.hl7 == null || var.patient_identifier != null
    error_message = "hl7 needs patient_identifier: which repetition of PID-3 is the patient_id here? Set it to the assigning authority of your medical record numbers."
  }

  # As in rag: a message that a throttled function gave back waits for a whole visibility timeout, and loses a receive.
  validation {
    condition     = var.hl7 == null || try(var.hl7.maximum_concurrency >= 2 && (var.hl7.reserved_concurrency == -1 || var.hl7.maximum_concurrency <= var.hl7.reserved_concurrency), false)
    error_message = "hl7.maximum_concurrency must be at least 2, and not above hl7.reserved_concurrency: what the queue hands over beyond it would be refused, and wait."
  }

  # HL7 table 0103.
  validation {
    condition     = var.hl7 == null || try(length(var.hl7.processing_ids) > 0 && length(setsubtract(var.hl7.processing_ids, ["P", "T", "D"])) == 0, false)
    error_message = "hl7.processing_ids has one or more of P (production), T (training) and D (debugging): [\"P\"] where real patients are."
  }

  validation {
    condition     = var.hl7 == null || can(regex("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+0-9-]+){1,2})$", var.hl7.time_zone))
    error_message = "hl7.time_zone is a name of the IANA database, as in \"America/New_York\", or \"UTC\": an abbreviation such as EST knows no summer time."
  }

  validation {
    condition     = var.hl7 == null || try(var.hl7.control_id_days >= 30 && floor(var.hl7.control_id_days) == var.hl7.control_id_days, false)
    error_message = "hl7.control_id_days is a whole number of at least 30: a message that is sent again after its control id was forgotten is stored twice."
  }

  # Bytes, text, its lines and its parts are in memory side by side: 8 times the document, docs/decisions/0007-hl7-parser.md.
  validation {
    condition     = var.hl7 == null || try(var.hl7.maximum_message_megabytes >= 1 && floor(var.hl7.maximum_message_megabytes) == var.hl7.maximum_message_megabytes && var.hl7.memory_size >= 256 + 32 * var.hl7.maximum_message_megabytes, false)
    error_message = "hl7.maximum_message_megabytes is a whole number of at least 1, and hl7.memory_size at least 256 + 32 times it, or the largest message would exhaust the memory: raise memory_size."
  }
}

variable "patient_api" {
  description = "The patient API, `{}` for all defaults. Null, the default: off. `package` is dist/patient_api.zip unless another zip or an S3 object is named. `reserved_concurrency` is a ceiling of instances (-1: none, the account's shared pool; `reserve_concurrency = false` is that for every workload, see modules/function). `provisioned_concurrency` keeps so many instances warm, paid by the hour (null: none)."
  type = object({
    memory_size = optional(number, 512)
    package = optional(object({
      build_command = optional(string, "make package")
      filename      = optional(string)
      s3 = optional(object({
        bucket  = string
        hash    = string
        key     = string
        version = optional(string)
      }))
    }), {})
    provisioned_concurrency = optional(number)
    reserved_concurrency    = optional(number, 20)
  })
  default = null
}

variable "patient_identifier" {
  description = "The one identifier that is the patient_id everywhere: the authority of your medical record numbers, as HL7 v2 names it (namespace_id or oid, in PID-3.4) and as FHIR does (system, a URI), and its type code. HL7 v2 and FHIR need it, and meet on it."
  type = object({
    namespace_id = optional(string)
    oid          = optional(string)
    system       = string
    type         = optional(string, "MR")
  })
  default = null

  validation {
    condition     = var.patient_identifier == null || try(var.patient_identifier.namespace_id != null || var.patient_identifier.oid != null, false)
    error_message = "patient_identifier needs namespace_id or oid, the assigning authority in PID-3.4: { namespace_id = \"MAIN\", system = \"https://hospital.example/mrn\" }."
  }

  validation {
    condition     = var.patient_identifier == null || can(regex("^[a-z][a-z0-9+.-]*:[^[:space:]]+$", var.patient_identifier.system))
    error_message = "patient_identifier.system must be a URI, as Patient.identifier.system has it: \"https://hospital.example/mrn\" or \"urn:oid:2.16.840.1.113883.19.5\"."
  }

  validation {
    condition     = try(var.patient_identifier.oid, null) == null || can(regex("^[0-2](\\.(0|[1-9][0-9]*))+$", var.patient_identifier.oid))
    error_message = "patient_identifier.oid must be the digits of an OID, without urn:oid: before them: \"2.16.840.1.113883.19.5\"."
  }
}
