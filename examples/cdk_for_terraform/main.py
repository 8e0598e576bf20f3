"""The patient API and one function of your own, as a stack of CDK Terrain.

With the archived CDK for Terraform, `import cdktf as cdk` is the one line that differs.
"""

import json
from pathlib import Path

import cdktn as cdk
from constructs import Construct
from hipaa_constructs import AwsProvider, Healthcare
from hipaa_constructs import function as functions
from hipaa_constructs.healthcare import Api, Network, NetworkSubnets, Package, PackageS3, PatientApi

REPOSITORY = "git::https://github.com/OWNER/terraform-aws-hipaa-serverless.git"
BUCKET = "hospital-example-releases-us-east-1"
# The release's own list of its zips.
RELEASE = json.loads((Path(__file__).parent / "packages.json").read_text())
VERSION = RELEASE["version"]


def package(function: str) -> Package:
    """The zip of a function of the release: any workload takes it as its ``package``."""
    zip_ = RELEASE["packages"]["arm64"][function]
    return Package(s3=PackageS3(bucket=BUCKET, key=zip_["key"], hash=zip_["source_code_hash"]))


class Hospital(cdk.TerraformStack):
    """One environment. A wrong argument is an error of mypy, and of your editor, before any plan."""

    def __init__(self, scope: Construct, name: str, *, account_id: str, region: str) -> None:
        super().__init__(scope, name)
        AwsProvider(self, "aws", region=region, allowed_account_ids=[account_id])

        healthcare = Healthcare(
            self,
            "healthcare",
            source=f"{REPOSITORY}?ref=v{VERSION}",
            account_id=account_id,
            region=region,
            api=Api(allowed_origins={"https://portal.hospital.example"}),
            network=Network(
                subnets={
                    f"{region}a": NetworkSubnets(cidr="10.0.0.0/20"),
                    f"{region}b": NetworkSubnets(cidr="10.0.16.0/20"),
                },
            ),
            patient_api=PatientApi(memory_size=1024, package=package("patient_api")),
        )

        # A function of your own on the same foundation: two of its arguments are outputs of the other module.
        greeting = functions.Function(
            self,
            "greeting",
            source=f"{REPOSITORY}//modules/function?ref=v{VERSION}",
            context=healthcare.context,
            platform=healthcare.function_platform,
            name="greeting",
            handler="greeting.handler.handler",
            package=functions.Package(
                s3=functions.PackageS3(
                    bucket=BUCKET,
                    key="greeting.zip",
                    hash="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",  # base64 of the SHA-256
                )
            ),
            permissions={
                "append_audit": functions.Permissions(
                    actions=["dynamodb:PutItem"], resources=[healthcare.tables.at("audit", "arn")]
                )
            },
        )

        cdk.TerraformOutput(self, "api_url", value=healthcare.api_url)
        cdk.TerraformOutput(self, "greeting_alias_arn", value=greeting.alias_arn)


app = cdk.App()
Hospital(app, "hospital", account_id="123456789012", region="us-east-1")
app.synth()
