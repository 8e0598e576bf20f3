"""What moto 5.2 lacks or drops, and this project needs: one module a service.

Importing a module mends moto. Each function says what moto lacks; it is to be dropped once moto has it.
Where an operation was added that moto has got in the meantime, ``add`` fails at start and says so.
"""

from scripts.local_cloud.gaps import (  # noqa: F401  # importing them is what mends moto
    apigateway,
    backup,
    budgets,
    ce,
    cloudtrail,
    cloudwatch,
    code_signing,
    dynamodb,
    dynamodb_streams,
    ec2,
    events,
    firehose,
    guardduty,
    iam,
    kms,
    lambda_,
    lambda_mappings,
    lambda_provisioned,
    logs,
    rds,
    route53resolver,
    s3,
    sesv2,
    signer,
    sns,
    sqs,
    sqs_messages,
    wafv2,
)
