"""A line of argument: what it says first, and the statements that carry it."""

from chargebacks.composing.case_facts import Case, Fact
from chargebacks.composing.letter_words import quoted
from chargebacks.packet import Source, Statement
from chargebacks.values import Value


class Line(Value):
    """What a line says when it leads the letter, and what it says when it only supports another one."""

    name: str
    lead: Statement
    """One or two sentences."""
    statements: tuple[Statement, ...] = ()
    """What the lead does not say yet, the most telling first."""
    support: tuple[Statement, ...]
    """At most two that stand for the line where another one leads."""


def said(text: str, *known: Source | Fact[object] | None, exhibits: tuple[str, ...] = ()) -> Statement:
    """A statement with the places of everything it rests on, each named once."""
    sources: list[Source] = []
    for one in known:
        if isinstance(one, Source):
            sources.append(one)
        elif one is not None:
            sources.extend(one.sources)
    return Statement(text=text, sources=tuple(dict.fromkeys(sources)), exhibits=exhibits)


def present(*statements: Statement | None) -> tuple[Statement, ...]:
    """Those that can be made."""
    return tuple(one for one in statements if one is not None)


def product_in_words(case: Case, otherwise: str = "The product") -> tuple[str, Fact[str] | None]:
    """What was sold as the subject of a sentence, and where that stands."""
    words = quoted(case.product.value) if case.product else None
    return (words, case.product) if words else (otherwise, None)
