"""Draws the samples of scripts/loadtest/soak as an SVG, and fails when something grew that must not.

Arguments: the samples, the picture. The standard library is all it needs.
"""

import csv
import html
import sys

WARM_UP_S = 480  # until then the JVM fills its caches and compiles
WIDTH, ROW, LEFT, PLOT = 920, 74, 215, 545

# name, what it is, how it must behave: ("flat", growth allowed in percent, and absolutely), ("below", bound),
# ("each", what a coupon may add to it at most, and what may come besides), None
CURVES = [
    ("answers_per_second", "answers a second", ("flat", 5, 50)),
    ("p95_ms", "p95, ms", None),
    ("heap_mb", "heap after a full collection, MB", ("flat", 5, 10)),
    ("rss_mb", "resident memory of the JVM, MB", ("flat", 5, 30)),
    ("threads", "threads of the JVM", ("flat", 5, 5)),
    ("descriptors", "file descriptors of the JVM", ("flat", 5, 20)),
    ("leases", "open reservations", ("below", 2000)),
    ("outbox_unpublished", "outbox rows not published", ("below", 2000)),
    ("queued", "messages published, not consumed", ("below", 2000)),
    ("parked", "dead and unrouted messages", ("below", 1)),
    ("postgres_connections", "connections to Postgres", ("flat", 0, 3)),
    ("coupons", "coupons", None),
    ("outbox_rows", "outbox rows, kept for 7 days", ("each", 1.02, 200)),
    ("notices_rows", "notices, kept for 7 days", ("each", 1.02, 200)),
    ("postgres_mb", "size of the database, MB", ("each", 2048 / 1048576, 8)),
    ("redis_mb", "memory of Redis, MB", ("each", 200 / 1048576, 2)),
    ("dead_rows", "dead rows in Postgres", ("flat", 50, 5000)),
]


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def verdict(rule, values, coupons):
    """What is wrong with a curve; empty when nothing is."""
    if rule is None:
        return ""
    if rule[0] == "below":
        return f"reaches {max(values):.0f}" if max(values) >= rule[1] else ""
    if rule[0] == "each":
        sold, added = coupons[-1] - coupons[0], values[-1] - values[0]
        if sold <= 0:
            return "cannot be judged: nothing was sold"
        return f"grows by {added / sold:.3g} for each coupon" if added > sold * rule[1] + rule[2] else ""
    third = max(1, len(values) // 3)
    first, last = median(values[:third]), median(values[-third:])
    allowed = max(first * rule[1] / 100, rule[2])
    return f"grows from {first:.0f} to {last:.0f}" if last - first > allowed else ""


def curve(name, title, rule, seconds, values, top):
    lowest, highest, end = min(values), max(values), seconds[-1]
    span = max(highest - 0, 1e-9)
    def x(at): return LEFT + PLOT * at / end
    def y(value): return top + ROW - 16 - (ROW - 26) * value / span
    points = " ".join(f"{x(s):.1f},{y(v):.1f}" for s, v in zip(seconds, values))
    after = [v for s, v in zip(seconds, values) if s > WARM_UP_S] or values
    third = max(1, len(after) // 3)
    change = f"{median(after[:third]):,.0f} → {median(after[-third:]):,.0f}"
    return f"""
  <text x="{LEFT - 10}" y="{top + ROW / 2}" text-anchor="end" class="name">{html.escape(title)}</text>
  <line x1="{LEFT}" y1="{y(0):.1f}" x2="{LEFT + PLOT}" y2="{y(0):.1f}" class="axis"/>
  <polyline points="{points}" class="curve"/>
  <text x="{LEFT + PLOT + 10}" y="{top + ROW / 2 - 6}" class="value">{change}</text>
  <text x="{LEFT + PLOT + 10}" y="{top + ROW / 2 + 9}" class="small">lowest {lowest:,.1f}, highest {highest:,.1f}</text>"""


def main(samples, picture):
    with open(samples, encoding="utf-8") as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    rows = rows[:-1] if len(rows) > 3 else rows  # the last one is shorter than the others
    seconds = [row["seconds"] for row in rows]
    height = 40 + ROW * len(CURVES) + 30
    parts, wrong = [], []
    for i, (name, title, rule) in enumerate(CURVES):
        values = [row[name] for row in rows]
        after = [row[name] for row in rows if row["seconds"] > WARM_UP_S] or values
        coupons = [row["coupons"] for row in rows if row["seconds"] > WARM_UP_S] or [row["coupons"] for row in rows]
        told = verdict(rule, after, coupons)
        if told:
            wrong.append(f"{title} {told}")
        parts.append(curve(name, title, rule, seconds, values, 30 + ROW * i))
    ticks = "".join(
        f'<text x="{LEFT + PLOT * s / seconds[-1]:.0f}" y="{height - 12}" text-anchor="middle" class="small">{s // 60} min</text>'
        for s in range(0, int(seconds[-1]) + 1, 300)
    )
    with open(picture, "w", encoding="utf-8") as file:
        file.write(f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
  <title>The service under the same load for {round(seconds[-1] / 60)} minutes</title>
  <style>
    text {{ font: 12px sans-serif; fill: #222 }} .small {{ font-size: 10px; fill: #666 }} .value {{ font-weight: bold }}
    .axis {{ stroke: #ccc }} .curve {{ fill: none; stroke: #0b62a4; stroke-width: 1.5 }}
  </style>
  <rect width="100%" height="100%" fill="#fff"/>
  <text x="{LEFT}" y="20" class="small">each curve from 0; bold: first third → last third after {WARM_UP_S // 60} minutes of warm-up</text>{"".join(parts)}
  {ticks}
</svg>
""")
    for line in wrong:
        print("FAILED: " + line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
