locals {
  # CloudWatch names alarms by ARN here; derived, so that the dashboard can be seen in the plan.
  _alarm_arns = [
    for name in sort(concat([for name in keys(local._alarms) : "${local._name}-${name}"], values(var.dashboard_alarm_names))) :
    "arn:${var.context.partition}:cloudwatch:${var.context.region}:${var.context.account_id}:alarm:${name}"
  ]

  _alarms_per_widget = 100 # CloudWatch's limit.
  _graphs_per_row    = 3
  _status_height     = 6

  _status_widgets = [
    for row, arns in chunklist(local._alarm_arns, local._alarms_per_widget) : {
      type   = "alarm"
      x      = 0
      y      = row * local._status_height
      width  = 24
      height = local._status_height
      properties = {
        title  = "Alarms"
        alarms = arns
      }
    }
  ]

  # One graph for each alarm, with its threshold: the alarm brings both.
  _graph_widgets = [
    for index, arn in local._alarm_arns : {
      type   = "metric"
      x      = index % local._graphs_per_row * 8
      y      = length(local._status_widgets) * local._status_height + floor(index / local._graphs_per_row) * 6
      width  = 8
      height = 6
      properties = {
        title       = reverse(split(":", arn))[0]
        region      = var.context.region
        view        = "timeSeries"
        stacked     = false
        annotations = { alarms = [arn] }
      }
    }
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local._name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type   = "text"
        x      = 0
        y      = 0
        width  = 24
        height = 2
        properties = {
          markdown = "# ${local._name}\nAlarms of this deployment. Alerts go to the topic `${local._name}-alerts`. No patient is named here."
        }
      }],
      [for widget in concat(local._status_widgets, local._graph_widgets) : merge(widget, { y = widget.y + 2 })],
    )
  })

  depends_on = [aws_cloudwatch_metric_alarm.this]
}
