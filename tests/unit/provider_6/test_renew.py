"""Making the extract: from bindings in the generator's form, out of a wheel, without running any of it."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from scripts.provider_6 import schema
from scripts.provider_6.bindings import read
from scripts.provider_6.renew import folder_of, renew
from scripts.provider_6.schema import SchemaError

# In the form of cdktn-provider-aws 25.8.1: what cdktf-provider-generator writes.
BINDINGS = """
function thingRuleToHclTerraform(struct) {
    const attrs = {
        id: {
            value: cdktn.stringToHclTerraform(struct.id),
            isBlock: false,
            type: "simple",
            storageClassType: "string",
        },
        zones: {
            value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(struct.zones),
            isBlock: false,
            type: "set",
            storageClassType: "stringList",
        },
    };
}
class ThingRuleOutputReference extends cdktn.ComplexObject {
    // id - computed: false, optional: false, required: true
    _id;
    get id() {
        return this.getStringAttribute('id');
    }
    // zones - computed: true, optional: true, required: false
    _zones;
}
class ThingRuleList extends cdktn.ComplexList {
}
class ThingStateOutputReference extends cdktn.ComplexObject {
    // since - computed: true, optional: false, required: false
    get since() {
        return this.getStringAttribute('since');
    }
}
class Thing extends cdktn.TerraformResource {
    constructor(scope, id, config) {
        super(scope, id, {
            terraformGeneratorMetadata: {
                providerName: 'aws',
                providerVersion: '6.69.1',
            },
        });
    }
    // arn - computed: true, optional: false, required: false
    get arn() {
        return this.getStringAttribute('arn');
    }
    // labels - computed: true, optional: false, required: false
    _labels = new cdktn.StringMap(this, "labels");
    // state - computed: true, optional: false, required: false
    _state = new ThingStateList(this, "state", false);
    // rule - computed: false, optional: true, required: false
    _rule = new ThingRuleList(this, "rule", true);
    // statement - computed: false, optional: true, required: false
    _statement;
    synthesizeHclAttributes() {
        const attrs = {
            rule: {
                value: cdktn.listMapperHcl(thingRuleToHclTerraform, true)(this._rule.internalValue),
                isBlock: true,
                type: "set",
                storageClassType: "ThingRuleList",
            },
            statement: {
                value: cdktn.anyToHclTerraform(this._statement),
                isBlock: false,
                type: "simple",
                storageClassType: "any",
            },
        };
    }
}
"""
TREE = {
    "arn": "c string",
    "labels": "c StringMap",
    "state": {"": "c list", "since": "c string"},
    "rule": {"": "o set", "id": "r string", "zones": "oc stringList set"},
    "statement": "o any",
}
PROVIDER = (
    BINDINGS.replace("TerraformResource", "TerraformProvider")
    .replace("class ThingRuleOutputReference", "class OtherOutputReference")
    .replace("new ThingRuleList(this", "_rule; //")
)


def wheel(folder: Path, bindings: dict[str, str]) -> Path:
    """A wheel as jsii packs them: the JavaScript in an archive of its own."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in bindings.items():
            entry = tarfile.TarInfo(f"package/lib/{name}/index.js")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    file = folder / "bindings-1-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as outer:
        outer.writestr("bindings/_jsii/bindings.jsii.tgz", packed.getvalue())
        outer.writestr("bindings/__init__.py", "raise AssertionError('no code of it may run')")
    return file


def test_the_generators_form_is_read() -> None:
    assert read(BINDINGS) == ("6.69.1", TREE)


def test_the_providers_blocks_have_no_class_and_are_read_from_their_table() -> None:
    _, tree = read(PROVIDER)
    assert tree["rule"] == {"": "o set", "id": "o string", "zones": "o stringList set"}


@pytest.mark.parametrize(
    "text", ["", BINDINGS.replace(" - computed", " computed"), BINDINGS.replace("cdktn.T", "T")]
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(SchemaError):
        read(text)


def test_types_have_the_generators_folders() -> None:
    assert folder_of("resource aws_s3_bucket_policy") == "s3-bucket-policy"
    assert folder_of("data aws_region") == "data-aws-region"
    assert folder_of("provider aws") == "provider"


def test_an_extract_is_made_of_the_types_that_are_used(tmp_path: Path) -> None:
    file = wheel(tmp_path, {"thing": BINDINGS, "other": BINDINGS, "provider": PROVIDER})
    made = renew(["resource aws_thing", "resource aws_gone"], file)
    assert set(made.types) == {"resource aws_thing", "provider aws"}
    assert made.version == "6.69.1"
    assert hashlib.sha256(file.read_bytes()).hexdigest() in made.source
    schema.save(made, tmp_path / "schema.json")
    assert schema.load(tmp_path / "schema.json") == made


def test_bindings_of_another_major_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="one version 6"):
        renew([], wheel(tmp_path, {"provider": PROVIDER.replace("6.69.1", "7.0.0")}))


def test_a_wheel_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other/__init__.py", "")
    with pytest.raises(SchemaError, match="does not hold bindings"):
        renew([], file)


def test_an_unreadable_extract_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text("{")
    with pytest.raises(SchemaError, match="make provider-6-renew"):
        schema.load(tmp_path / "schema.json")
