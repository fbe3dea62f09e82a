"""A report as one HTML page that stands by itself: no script, nothing loaded, light and dark, fit to print."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape
from string import Template

from chargebacks.money import signed
from chargebacks.reporting import NO_NETWORK, NOT_FILED, Dimension, Group, Report, ReportTable, Tally

TITLES = {
    Dimension.REASON: "By reason",
    Dimension.NETWORK: "By network",
    Dimension.EVIDENCE: "By the evidence that was filed",
    Dimension.MONTH: "By month in which the dispute was opened",
}
_FIRST_COLUMN = {
    Dimension.REASON: "reason",
    Dimension.NETWORK: "network",
    Dimension.EVIDENCE: "evidence fields",
    Dimension.MONTH: "month",
}
_COLUMNS = (
    ("disputes", "All disputes, whatever became of them"),
    ("filed", "Answered with evidence"),
    ("won", ""),
    ("lost", ""),
    ("accepted", "Given up and closed"),
    ("other", "Refunded or closed inquiries, and what the network settled"),
    ("open", ""),
    ("win rate", "Of those that were filed and are won or lost"),
    ("recovered", "What came back to the balance, fees left out"),
    ("fees", "Kept by Stripe and the network"),
)

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #1d2429; --soft: #5c6870; --line: #dde3e6; --page: #fbfcfc;
  --card: #ffffff; --bar: #6f9c8a; --rest: #e6ebed; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ea; --soft: #9aa6ad; --line: #333c42;
  --page: #171b1e; --card: #1e2428; --bar: #7fb3a0; --rest: #2c343a; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1.5rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; }
h1 { font-size: 1.5rem; font-weight: 600; margin: 0; }
h2 { font-size: 1.05rem; font-weight: 600; margin: 2.5rem 0 .5rem; }
p { margin: .25rem 0; color: var(--soft); max-width: 46rem; }
dl { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem; }
dt { color: var(--soft); font-size: .8rem; }
dd { margin: 0; font-size: 1.2rem; font-variant-numeric: tabular-nums; white-space: pre-line; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top;
  white-space: pre; }
thead th { color: var(--soft); font-weight: 500; font-size: .85rem; }
th:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
tbody th { font-weight: 500; }
.bar { display: block; height: .25rem; margin-top: .2rem; border-radius: .125rem; background: var(--rest); }
.bar span { display: block; height: 100%; border-radius: inherit; background: var(--bar); }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --page: #fff; --card: #fff; --bar: #777;
  --rest: #ddd; } body { padding: 0; font-size: 10pt; } .wide { overflow: visible; } tr { break-inside: avoid; }
  h2 { break-after: avoid; } th, td { padding: .2rem .35rem; } .bar { print-color-adjust: exact; } }
</style>
</head>
<body>
<main>
<h1>$title</h1>
<p>$about</p>
$body
</main>
</body>
</html>
""")


def as_html(
    report: Report,
    *,
    account: str | None,
    since: datetime | None,
    until: datetime | None,
    made_at: datetime,
) -> str:
    """The page. Everything that comes from outside is escaped."""
    return _PAGE.substitute(
        title="How disputes came out",
        about=escape(about(account=account, since=since, until=until, made_at=made_at)),
        body="\n".join((_summary(report.total), *(_table(one, report.total) for one in report.tables))),
    )


def about(*, account: str | None, since: datetime | None, until: datetime | None, made_at: datetime) -> str:
    """Which disputes are counted, in one sentence."""
    of = f"account {account}" if account is not None else "all accounts"
    begins = f" from {since:%Y-%m-%d}" if since is not None else ""
    ends = f" until {until:%Y-%m-%d}" if until is not None else ""
    period = f"opened{begins}{ends}" if begins or ends else "whenever they were opened"
    return f"Disputes of {of}, {period}. As of {made_at:%Y-%m-%d %H:%M} UTC."


def shown_value(value: str) -> str:
    """A group's name as people read it: field names stay as Stripe spells them."""
    return value if value in (NOT_FILED, NO_NETWORK) or ", " in value else value.replace("_", " ")


def cells(group: Group) -> tuple[str, ...]:
    """The group's figures in the order of the columns; amounts in major units, a line per currency."""
    tally = group.tally
    counts = (
        tally.disputes,
        tally.filed,
        tally.won,
        tally.lost,
        tally.accepted,
        tally.ended_otherwise,
        tally.open,
    )
    recovered = "\n".join(signed(line.recovered_minor, line.currency) for line in group.lines)
    fees = "\n".join(signed(line.fees_minor, line.currency) for line in group.lines)
    return (*map(str, counts), rate(tally), recovered or "-", fees or "-")


def rate(tally: Tally) -> str:
    """`67 % of 12`, or a dash while nothing is decided: a rate without its count misleads."""
    percent = tally.win_rate_percent
    return f"{percent} % of {tally.decided}" if percent is not None else "-"


def remark(total: Tally) -> str | None:
    """What the figures hold that is not ours; None where there is nothing to say."""
    if not total.filed_elsewhere:
        return None
    return (
        f"Of {total.filed} filed, {total.filed_elsewhere} by others: Smart Disputes, the Dashboard or another "
        "integration."
    )


def _summary(total: Group) -> str:
    tally, figures = total.tally, cells(total)
    shown = (
        ("disputes", str(tally.disputes)),
        ("filed", str(tally.filed)),
        ("open", str(tally.open)),
        ("win rate of decided filed ones", rate(tally)),
        ("recovered", figures[-2]),
        ("fees", figures[-1]),
    )
    cards = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in shown)
    said = remark(tally)
    return f"<dl>{cards}</dl>" + (f"\n<p>{escape(said)}</p>" if said is not None else "")


def _table(shown: ReportTable, total: Group) -> str:
    names = ((_FIRST_COLUMN[shown.dimension], ""), *_COLUMNS)
    heads = "".join(
        f'<th scope="col"{f" title={_quoted(hint)}" if hint else ""}>{escape(name)}</th>'
        for name, hint in names
    )
    rows = "\n".join(_rows(shown.groups))
    footer = f"<tfoot>{_row('all', total)}</tfoot>" if len(shown.groups) > 1 else ""
    return (
        f"<h2>{escape(TITLES[shown.dimension])}</h2>\n"
        f'<div class="wide"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n{footer}'
        "</table></div>"
    )


def _rows(groups: Iterable[Group]) -> Iterator[str]:
    for group in groups:
        yield _row(shown_value(group.value), group)


def _row(name: str, group: Group) -> str:
    figures = list(map(escape, cells(group)))
    percent = group.tally.win_rate_percent
    if percent is not None:
        figures[7] += f'<span class="bar"><span style="width:{percent}%"></span></span>'
    return (
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{one}</td>" for one in figures) + "</tr>"
    )


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'
