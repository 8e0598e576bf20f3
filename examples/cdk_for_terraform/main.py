"""The patient API and one function of your own, as a stack of CDK Terrain.

With the archived CDK for Terraform, `import cdktf as cdk` is the one line that differs.
"""

import cdktn as cdk
from constructs import Construct
from hipaa_constructs import AwsProvider, Healthcare
from hipaa_constructs.function import Function, Permissions
from hipaa_constructs.function import Package as FunctionPackage
from hipaa_constructs.function import PackageS3 as FunctionPackageS3
from hipaa_constructs.healthcare import Api, Network, NetworkSubnets, Package, PackageS3, PatientApi

RELEASE = "0.1.0"
REPOSITORY = "git::https://github.com/OWNER/terraform-aws-hipaa-serverless.git"
BUCKET = "hospital-example-releases-us-east-1"
# The base64 SHA-256 of each zip of the release. This one is an empty file's.
PATIENT_API_HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


class Hospital(cdk.TerraformStack):
    """One environment. A wrong argument is an error of mypy, and of your editor, before any plan."""

    def __init__(self, scope: Construct, name: str, *, account_id: str, region: str) -> None:
        super().__init__(scope, name)
        AwsProvider(self, "aws", region=region, allowed_account_ids=[account_id])

        healthcare = Healthcare(
            self,
            "healthcare",
            source=f"{REPOSITORY}?ref=v{RELEASE}",
            account_id=account_id,
            region=region,
            api=Api(allowed_origins={"https://portal.hospital.example"}),
            network=Network(
                subnets={
                    f"{region}a": NetworkSubnets(cidr="10.0.0.0/20"),
                    f"{region}b": NetworkSubnets(cidr="10.0.16.0/20"),
                },
            ),
            patient_api=PatientApi(
                memory_size=1024,
                package=Package(
                    s3=PackageS3(bucket=BUCKET, key=f"v{RELEASE}/patient_api.zip", hash=PATIENT_API_HASH)
                ),
            ),
        )

        # A function of your own on the same foundation: its two inputs are outputs of the other.
        greeting = Function(
            self,
            "greeting",
            source=f"{REPOSITORY}//modules/function?ref=v{RELEASE}",
            context=healthcare.context,
            platform=healthcare.function_platform,
            name="greeting",
            handler="greeting.handler.handler",
            package=FunctionPackage(
                s3=FunctionPackageS3(bucket=BUCKET, key="greeting.zip", hash=PATIENT_API_HASH)
            ),
            permissions={
                "append_audit": Permissions(
                    actions=["dynamodb:PutItem"], resources=[healthcare.tables.at("audit", "arn")]
                )
            },
        )

        cdk.TerraformOutput(self, "api_url", value=healthcare.api_url)
        cdk.TerraformOutput(self, "greeting_alias_arn", value=greeting.alias_arn)


app = cdk.App()
Hospital(app, "hospital", account_id="123456789012", region="us-east-1")
app.synth()
