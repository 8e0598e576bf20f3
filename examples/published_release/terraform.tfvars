# Put your own here.
account_id     = "123456789012"
region         = "us-east-1"
release_bucket = "hospital-example-releases-us-east-1"
