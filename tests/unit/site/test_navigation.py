"""The navigation: complete, and held to the pages."""

from __future__ import annotations

from pathlib import PurePosixPath

from hipaa_policies.catalogue import catalogue

from scripts.site import navigation

PAGES = [PurePosixPath(name) for name in ("index.md", "new.md", "source/main.tf.md")]


def test_a_page_that_is_not_in_it_is_named() -> None:
    assert list(navigation.problems(["index.md"], PAGES)) == [
        "new.md is a page and not in `nav` of mkdocs.yml: put it where readers will look for it"
    ]


def test_an_entry_without_a_page_and_one_that_is_there_twice_are_named() -> None:
    entries = [{"Start": ["index.md", {"Old": "gone.md"}]}, {"More": ["new.md", "index.md"]}]
    assert list(navigation.problems(entries, PAGES)) == [
        "`nav` of mkdocs.yml has gone.md, and there is no such page",
        "`nav` of mkdocs.yml has index.md twice",
    ]


def test_placeholders_become_what_was_generated_and_the_rest_stays() -> None:
    entries = ["index.md", {"Modules": ["modules.md", "<modules>"]}]
    expanded = navigation.expanded(entries, {"<modules>": [{"queue": "modules/queue/index.md"}]})
    assert expanded == ["index.md", {"Modules": ["modules.md", {"queue": "modules/queue/index.md"}]}]


def test_every_control_is_in_the_section_of_its_group() -> None:
    controls = catalogue()
    entries = navigation.control_entries(controls)
    assert [next(iter(entry)) for entry in entries] == list(
        dict.fromkeys(control.group.value for control in controls)
    )
    assert sorted(navigation.paths(entries)) == sorted(f"controls/{control.id}.md" for control in controls)
