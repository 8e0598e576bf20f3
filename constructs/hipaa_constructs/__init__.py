"""Typed constructs for terraform-aws-hipaa-serverless: the root module, and each leaf module by its name.

``healthcare`` and the modules beside it are generated from the modules' variables and outputs; see
docs/cdktf.md of the repository.
"""

from hipaa_constructs.healthcare import Healthcare
from hipaa_constructs.provider import AwsProvider
from hipaa_constructs.runtime import Items, NoTerraformStackError, Output, TerraformModule

__all__ = ["AwsProvider", "Healthcare", "Items", "NoTerraformStackError", "Output", "TerraformModule"]
