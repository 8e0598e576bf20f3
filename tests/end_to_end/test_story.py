"""The demo's scenes, as tests: the same code that `make demo` plays, over the same HTTP."""

from __future__ import annotations

import pytest

from scripts.demo.story import Story
from scripts.local_deployment import LocalDeployment

# The first two sign people in and create their records: the `story` fixture has played them.
SCENES = [scene.title for scene in Story(LocalDeployment).scenes()[2:]]  # type: ignore[arg-type]


@pytest.mark.parametrize("title", SCENES)
def test_scene(story: Story, title: str) -> None:
    scene = next(scene for scene in story.scenes() if scene.title == title)
    scene.play()


def test_the_second_plan_is_empty(second_plan: tuple[bool, str]) -> None:
    empty, text = second_plan
    assert empty, text
