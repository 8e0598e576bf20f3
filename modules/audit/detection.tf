# Who else watches the account: each of the three services takes one of its kind an account and region, so a second
# deployment beside this one, and an account that an organisation's administrator manages, switch them off by name.
locals {
  _inspector_scans = concat(["LAMBDA"], var.detection.inspector_code ? ["LAMBDA_CODE"] : [])
}

# Whom policies let in from outside this account. Findings stay until they are mended, or archived as meant (IAM-09).
resource "aws_accessanalyzer_analyzer" "external_access" {
  count = var.detection.access_analyzer ? 1 : 0

  analyzer_name = "${var.context.name_prefix}-external-access"
  type          = "ACCOUNT"
  tags          = var.context.tags
}

# https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html
resource "aws_guardduty_detector" "this" {
  #checkov:skip=CKV2_AWS_3:This is the detector of one account; an organisation enables its own, and sets guardduty = false here
  count = var.detection.guardduty ? 1 : 0

  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES" # Of findings that come again; new ones are published at once.
  tags                         = var.context.tags
}

resource "aws_guardduty_detector_feature" "this" {
  for_each = var.detection.guardduty ? var.detection.guardduty_features : []

  detector_id = aws_guardduty_detector.this[0].id
  name        = each.key
  status      = "ENABLED"
}

# Known weaknesses in the packages that functions ship.
resource "aws_inspector2_enabler" "this" {
  count = var.detection.inspector ? 1 : 0

  account_ids    = [var.context.account_id]
  resource_types = local._inspector_scans
}
