"""Call every generated construct with every argument, and synthesise that.

test_constructs.py runs it in the environment of cdktn and of cdktf, which mypy does not see here.

Usage: ``python fill_constructs.py cdktn OUTDIR``. Prints what the constructs refuse, as JSON.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pkgutil
import sys
import typing
from typing import Any

CALLED_WITH = {"scope", "id_", "source", "version", "providers", "depends_on"}


def main(library_name: str, outdir: str) -> None:
    cdk = importlib.import_module(library_name)
    runtime = importlib.import_module("hipaa_constructs.runtime")
    app = cdk.App(outdir=outdir)
    stack = cdk.TerraformStack(app, "everything")
    for name, construct in constructs(runtime):
        construct(stack, name, source=f"/modules/{name}", **filled_arguments(construct, runtime))
    details(app, cdk)
    app.synth()
    print(json.dumps({"scope": refusal_of_a_wrong_scope(runtime)}))


def constructs(runtime: Any) -> list[tuple[str, Any]]:
    """The construct of every module of the package, by the module's name."""
    package = importlib.import_module("hipaa_constructs")
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        members = vars(importlib.import_module(f"hipaa_constructs.{module.name}")).values()
        mine = [
            member
            for member in members
            if inspect.isclass(member)
            and issubclass(member, runtime.TerraformModule)
            and member.__module__ == f"hipaa_constructs.{module.name}"
            and member is not runtime.TerraformModule
        ]
        found += [(module.name, construct) for construct in mine]
    return found


def filled_arguments(construct: Any, runtime: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(construct.__init__)
    defaults = inspect.signature(construct.__init__).parameters
    return {
        name: filled(hint, defaults[name].default, runtime)
        for name, hint in hints.items()
        if name not in CALLED_WITH and name != "return"
    }


def filled(hint: Any, default: Any, runtime: Any) -> Any:
    """A value of the type that is not its default."""
    options = [
        kind for kind in typing.get_args(hint) if kind is not type(None) and kind is not runtime.Output
    ]
    if typing.get_origin(hint) not in (list, tuple, set, frozenset, None) and options:
        if "Mapping" in str(typing.get_origin(hint)):
            return {"key": filled(options[1], None, runtime)}
        return filled(options[0], default, runtime)  # a union; of collections, the list
    if typing.get_origin(hint) is list:
        return [filled(options[0], None, runtime)]
    if dataclasses.is_dataclass(hint):
        fields = typing.get_type_hints(hint)
        defaults = {field.name: field.default for field in dataclasses.fields(hint)}
        return typing.cast("Any", hint)(
            **{name: filled(kind, defaults[name], runtime) for name, kind in fields.items()}
        )
    if hint is bool:
        return default is not True
    return {str: "text", float: 7.5}[hint]


def details(app: Any, cdk: Any) -> None:
    """What one call shows alone: null, defaults, outputs as arguments, a construct within a construct."""
    function = importlib.import_module("hipaa_constructs.function")
    table = importlib.import_module("hipaa_constructs.table")
    stack = cdk.TerraformStack(app, "details")
    provider = importlib.import_module("hipaa_constructs.provider")
    provider.AwsProvider(stack, "aws", region="us-east-1", allowed_account_ids=["123456789012"])
    west = provider.AwsProvider(
        stack,
        "west",
        region="us-west-2",
        alias="west",
        assume_role_arn="arn:aws:iam::123456789012:role/deploy",
        default_tags={"Team": "claims"},
        settings={"max_retries": 3},
    )
    inner = importlib.import_module("constructs").Construct(stack, "inner")
    patients = table.Table(
        inner,
        "patients",
        source="/modules/table",
        context=table.Context(account_id="123456789012", region="us-east-1", name_prefix="healthcare"),
        kms_key_arn="arn:aws:kms:us-east-1:123456789012:key/1b2c3d4e-0000-4000-8000-000000000000",
        name="patients",
        partition_key=table.PartitionKey(name="patient_id"),
    )
    function.Function(
        stack,
        "reader",
        source="/modules/function",
        version="1.2.3",
        providers=[west],
        context=function.Context(account_id="123456789012", region="us-east-1", name_prefix="healthcare"),
        name="reader",
        handler="reader.handler",
        package=function.Package(filename="reader.zip"),
        permissions={"read": function.Permissions(actions=("dynamodb:GetItem",), resources=[patients.arn])},
        environment={"TABLE": patients.name, "INDEX": f"{patients.arn}/index/by_day"},
        platform=patients.output("platform"),
        reserved_concurrency=None,
        timeout=28,
        depends_on=[patients],
    )


def refusal_of_a_wrong_scope(runtime: Any) -> str:
    lonely = importlib.import_module("constructs").RootConstruct("lonely")
    try:
        runtime.library_of(lonely)
    except runtime.NoTerraformStackError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
