"""AWS Backup, as far as backups, restores and their tests need it. How true it is: docs/local_cloud.md."""
