# All that the function logs, to where nobody can delete it. CloudWatch tries the stream when the subscription is made, so
# stream and role are ready by then: the output of modules/audit that names them waits for both.
resource "aws_cloudwatch_log_subscription_filter" "this" {
  count = var.platform.log_export == null ? 0 : 1

  name            = "${local._function_name}-export"
  log_group_name  = aws_cloudwatch_log_group.this.name
  destination_arn = var.platform.log_export.stream_arn
  role_arn        = var.platform.log_export.role_arn
  filter_pattern  = ""
}
