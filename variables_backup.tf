variable "backup" {
  description = "Copies of every table, of the buckets of documents and messages, and of the database, in a locked vault under a key of its own; `{}`, the default: daily ones for 35 days, monthly ones for 7 years. Null: none, which the catalogue reports (BKP-01). `rules` replaces both rules. `lock.mode` COMPLIANCE can't be undone, and has to be acknowledged. `copy_vault_arns` are vaults in other regions or accounts, by a static name. `restore_testing` has AWS restore tables by itself (null: it does not; `make restore-test` does, and compares). See modules/backup."
  type = object({
    copy_vault_arns    = optional(map(string), {})
    deletion_role_arns = optional(set(string), [])
    force_destroy      = optional(bool, false)
    lock = optional(object({
      acknowledge_compliance_lock = optional(bool, false)
      grace_days                  = optional(number, 3)
      mode                        = optional(string, "GOVERNANCE")
    }), {})
    missed_after_hours = optional(number, 36)
    restore_testing = optional(object({
      schedule                = optional(string, "cron(0 7 ? 1/3 SUN#1 *)")
      selection_window_days   = optional(number, 30)
      validation_window_hours = optional(number, 1)
    }))
    rules = optional(map(object({
      cold_storage_after_days   = optional(number)
      completion_window_minutes = optional(number, 720)
      delete_after_days         = number
      schedule                  = string
      start_window_minutes      = optional(number, 60)
      })), {
      daily   = { delete_after_days = 35, schedule = "cron(0 3 * * ? *)" }
      monthly = { cold_storage_after_days = 90, delete_after_days = 2557, schedule = "cron(0 4 1 * ? *)" }
    })
  })
  default = {}
}
