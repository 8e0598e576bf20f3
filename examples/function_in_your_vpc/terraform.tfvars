# Put your own here.
account_id = "123456789012"
region     = "us-east-1"

network = {
  endpoint_security_group_id = "sg-0123456789abcdef0"
  prefix_list_ids            = { dynamodb = "pl-02cd2c6b", s3 = "pl-63a5400a" }
  subnet_ids                 = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
  vpc_id                     = "vpc-0123456789abcdef0"
}
