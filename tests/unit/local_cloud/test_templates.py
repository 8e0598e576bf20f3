"""The part of Velocity that preflight answers are written in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from scripts.local_cloud.gateway.expressions import TemplateError
from scripts.local_cloud.gateway.templates import Rendered, render


def rendered(template: str, **headers: str) -> Rendered:
    exchange: Any = SimpleNamespace(
        headers=list(headers.items()),
        query=[("a", "1")],
        path_parameters={"id": "P1"},
        context={"requestId": "r-1", "identity.sourceIp": "127.0.0.1"},
    )
    return render(exchange, template)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain text", "plain text"),
        ("#set($x = 'a')$x $!x ${x}b", "a a ab"),
        ("$context.requestId $context.identity.sourceIp", "r-1 127.0.0.1"),
        ("$input.params('id') $input.params('a')", "P1 1"),
        ("$input.params().header.get('Origin')", "o"),
        ("#if(true)yes#else no#end", "yes"),
        ("#if(false)a#elseif(true)b#else c#end", "b"),
        ("#if(false)a#elseif(false)b#else c#end", " c"),
        ("#if(true)#if(false)a#else b#end c#end", " b c"),
        ("#if(false)#if(true)a#else b#end c#end", ""),
        ("#set($l = ['a', 'b'])#if($l.contains('b') && !$l.contains('c'))in#end", "in"),
        ("#if($nothing || 'a' == 'b')x#end", ""),
        ("#if('a' != 'b')x#end", "x"),
        ("#if(($nothing || true) && 1 == 1)x#end", "x"),
        ("$nothing.get('x')", ""),
    ],
)
def test_templates_are_filled_in(template: str, text: str) -> None:
    assert rendered(template, Origin="o").body == text


def test_the_response_is_overridden() -> None:
    made = rendered(
        "#set($context.responseOverride.header.X-Origin = 'o')#set($context.responseOverride.status = 403)"
    )
    assert (made.headers, made.status, made.body) == ({"X-Origin": "o"}, 403, "")
    assert rendered("#if(false)#set($context.responseOverride.status = 403)#end").status is None


@pytest.mark.parametrize(
    "template",
    [
        "#if(true)x",
        "#end",
        "#set($x = )",
        "#set($x = unknown)",
        "$input.json('$')",
        '#set($x = "$y")',
        "#if x",
    ],
)
def test_what_is_not_understood_is_an_error(template: str) -> None:
    with pytest.raises(TemplateError):
        rendered(template)
