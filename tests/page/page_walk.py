"""Walks a report's page and its JSON side by side: every table, sentence and note of the page is made again from the JSON's
figures, and what differs is named. Nothing here draws or computes a figure: it looks them up and rounds them.
"""
import csv
import html.parser
import re

import page_notes

VOID = {"meta", "link", "br", "use", "path", "img", "rect"}


class Table:
    def __init__(self, figure):
        self.figure = figure  # the chart whose values it holds, or None
        self.heads, self.rows, self.arms = [], [], []


class Note(str):
    """A sentence under a table."""


class Reader(html.parser.HTMLParser):
    """The page as tables and sentences, in order: Table, Note, or (kind, text) of a statement that is printed."""

    def __init__(self, text):
        super().__init__()
        self.names, self.items = [], []
        self.stack, self.figure, self.words, self.statement, self.in_note = [], None, None, None, False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "figure":
            self.figure = given["id"]
        elif tag == "table":
            self.items.append(Table(self.figure))
        elif tag == "tr" and "tbody" in self.stack:
            self.items[-1].rows.append([])
            self.items[-1].arms.append(int(given["data-arm"]) if "data-arm" in given else None)
        elif tag in ("th", "td") or tag == "button" and given.get("class") == "arm":
            self.words = []
        elif tag == "p" and given.get("class") == "said":
            self.statement = None if int(given.get("data-choice", 0)) > 1 else []
            self.words = []
        elif tag == "p" and given.get("class") == "note":
            self.in_note, self.words = True, []
        elif tag == "span" and given.get("class") == "kind":
            self.words = []

    def handle_endtag(self, tag):
        if tag not in self.stack:
            return
        while self.stack.pop() != tag:
            pass
        text = "".join(self.words) if self.words is not None else None
        if tag == "figure":
            self.figure = None
        elif tag == "th":
            self.items[-1].heads.append(text)
        elif tag == "td":
            self.items[-1].rows[-1].append(text)
        elif tag == "button" and text is not None:
            self.names.append(text)
        elif tag == "span" and self.statement == [] and text is not None and "p" in self.stack:
            self.statement = [text]
            self.words = []
            return
        elif tag == "p" and self.in_note:
            self.items.append(Note(text))
            self.in_note = False
        elif tag == "p" and self.statement:
            self.items.append((self.statement[0], text))
            self.statement = None
        else:
            return
        self.words = None

    def handle_data(self, data):
        if self.words is not None:
            self.words.append(data)


def fixed(value, decimals, scale=1.0):
    return "n/a" if value is None else f"{value * scale:.{decimals}f}"


def with_interval(entry, decimals, scale=1.0):
    """An open side is a question mark."""
    if entry is None or entry["value"] is None:
        return "n/a"
    text = fixed(entry["value"], decimals, scale)
    if entry["lo"] is None and entry["hi"] is None:
        return text
    ends = ["?" if entry[end] is None else fixed(entry[end], decimals, scale) for end in ("lo", "hi")]
    return f"{text} [{ends[0]}, {ends[1]}]"


def closed_interval(entry, decimals, scale=1.0):
    """Only with both ends."""
    text = fixed(entry["value"], decimals, scale)
    if entry["lo"] is None or entry["hi"] is None:
        return text
    return f"{text} [{fixed(entry['lo'], decimals, scale)}, {fixed(entry['hi'], decimals, scale)}]"


def metric(arm, name, scope="all"):
    return next((m for m in arm["metrics"] if m["metric"] == name and m["scope"] == scope), None)


def value_of(arm, name, scope="all"):
    entry = metric(arm, name, scope)
    return None if entry is None else entry["value"]


def timed_name(arm):
    return arm["name"] + (" !" if "contended" in arm["flags"] else "")


def compared(group, arm, scope):
    for comparison in group["comparisons"]:
        if comparison["candidate_run"] == arm["run"]["id"]:
            return next((s for s in comparison["scopes"] if s["scope"] == scope), None)
    return None


def percent(part, whole):
    return "n/a" if whole == 0 else f"{100 * (part / whole):.1f}"


# One function for each kind of table, by its heads: the rows that it must have.

def speed_rows(group, table):
    domains = list(dict.fromkeys(row[0] for row in table.rows))
    rows = []
    for domain in domains:
        scope = domain if domain == "all" else "domain:" + domain
        for arm in group["arms"]:
            row = [domain, timed_name(arm), with_interval(metric(arm, "accepted_length", scope), 3),
                   fixed(value_of(arm, "user_decode_tokens_per_s", scope), 1)]
            factors = compared(group, arm, scope)
            if factors is None:
                row += ["1" if arm["is_baseline"] else "n/a", "", ""]
            else:
                row += [with_interval(factors["speedup"], 3)]
                row += [fixed(factors[name]["value"], 3) for name in ("accepted_length_factor", "step_time_factor")]
            rows.append(row)
    return rows


def break_even_rows(group, _):
    rows = []
    for arm in group["arms"]:
        scope = compared(group, arm, "all")
        if scope is None or scope["break_even_length"] is None:
            continue
        length = next(m["candidate"] for m in scope["metrics"] if m["metric"] == "accepted_length")
        needed = scope["break_even_length"]
        rows.append([timed_name(arm), fixed(length, 3), with_interval(needed, 3), fixed(length / needed["value"], 3)])
    return rows


def load_rows(group, _):
    return [[timed_name(arm), fixed(value_of(arm, "output_tokens_per_s"), 1),
             fixed(value_of(arm, "user_decode_tokens_per_s"), 1), fixed(value_of(arm, "requests_per_s"), 3),
             fixed(value_of(arm, "mean_concurrency"), 2), fixed(value_of(arm, "little_error"), 1, 100.0),
             fixed(value_of(arm, "client_lag_p99"), 2, 1e-6)] for arm in group["arms"]]


def slo_rows(group, _):
    rows = []
    for arm in group["arms"]:
        scope = next((m["scope"] for m in arm["metrics"] if m["scope"].startswith("slo:")), None)
        if scope is None:
            continue
        kept = metric(arm, "slo_attainment", scope)
        text = "n/a"
        if kept is not None:
            text = "censored" if kept["value"] is None else fixed(kept["value"], 1, 100.0) + " %"
            if kept["lo"] is not None and kept["hi"] is not None:
                text += f" [{fixed(kept['lo'], 1, 100.0)}, {fixed(kept['hi'], 1, 100.0)}]"
        rows.append([timed_name(arm), scope[4:], text, fixed(value_of(arm, "goodput_requests_per_s", scope), 3),
                     fixed(value_of(arm, "goodput_tokens_per_s", scope), 1)])
    return rows


def depth_rows(group, _):
    return [[timed_name(arm), str(depth["depth_tokens"]), fixed(depth["mean_prompt_tokens"], 0),
             closed_interval(depth["accepted_length"], 2), closed_interval(depth["step_time_ns"], 1, 1e-6),
             "-" if arm["is_baseline"] else closed_interval(depth["draft_time_ns"], 2, 1e-6),
             closed_interval(depth["verify_time_ns"], 1, 1e-6)]
            for arm in group["arms"] for depth in arm.get("by_depth", [])]


def scheduling_rows(group, _):
    rows = []
    for arm in group["arms"]:
        for load in arm.get("scheduling", {"loads": []})["loads"]:
            requests = str(load["from"]) if load["from"] == load["to"] else f"{load['from']}-{load['to']}"
            rows.append([timed_name(arm), requests, str(load["steps"]),
                         percent(load["drafting_steps"], load["steps"]), fixed(load["budget"], 2),
                         fixed(load["verified"], 2), fixed(load["step_ns"], 2, 1e-6)])
    return rows


def request_rows(group, _):
    counts = ("measured", "warmup", "failed", "cancelled", "no_decode")
    return [[arm["name"], str(arm["run"]["id"]), arm["run"]["state"]] +
            [str(arm["requests"][name]) for name in counts] + [" ".join(arm["flags"]) or "-"] for arm in group["arms"]]


def crosswalk_rows(group, table, names):
    arm = next(arm for arm in group["arms"] if arm["name"] == names[table.arms[0]])
    rows = []
    for row, figure in zip(table.rows, arm["crosswalk"]["figures"].values()):
        decimals = len(row[2].partition(".")[2])
        rows.append([figure["tool"], figure["name"], fixed(figure["value"], decimals), figure["definition"]])
    return rows + [[figure["tool"]] for figure in list(arm["crosswalk"]["figures"].values())[len(table.rows):]]


def curve_rows(points):
    rows = []
    for point in points:
        marks = (["dominated"] if point["dominated"] else []) + point["flags"]
        rows.append([point["load"], point["arm"], str(point["user_tokens_per_s"]["n"]),
                     closed_interval(point["output_tokens_per_s"], 1), closed_interval(point["user_tokens_per_s"], 1),
                     "-" if point["user_speedup"]["value"] is None else closed_interval(point["user_speedup"], 3),
                     "-" if point["accepted_length"] is None else fixed(point["accepted_length"], 2), ", ".join(marks)])
    return rows


TABLES = {
    ("domain", "arm", "accepted length", "tokens/s", "speed-up", "= length", "x step"): ("speed", speed_rows),
    ("arm", "accepted length", "break-even", "of it"): ("break-even", break_even_rows),
    ("arm", "output tokens/s", "user tokens/s", "requests/s", "in system", "Little %", "client lag p99"):
        ("load", load_rows),
    ("arm", "SLO", "kept by", "goodput requests/s", "goodput tokens/s"): ("slo", slo_rows),
    ("arm", "depth", "prompt tokens", "accepted length", "ms/round", "ms draft", "ms verify"): ("depth", depth_rows),
    ("arm", "requests", "steps", "drafted %", "budget", "verified", "ms/step"): ("scheduling", scheduling_rows),
    ("arm", "run", "state", "measured", "warm-up", "failed", "cancelled", "no decode", "flags"):
        ("requests", request_rows),
    ("tool", "figure", "value", "definition"): ("crosswalk", crosswalk_rows),
    ("load", "arm", "runs", "output tokens/s", "user tokens/s", "x plain", "accepted", ""): ("curve", curve_rows),
}


def kind_of(table):
    return TABLES.get(tuple(table.heads), (None, None))[0]


def differences(where, found, wanted):
    if found == wanted:
        return []
    if len(found) != len(wanted):
        return [f"{where}: {len(found)} rows, the JSON has {len(wanted)}"]
    return [f"{where}: the page has {a}, the JSON {b}" for row, other in zip(found, wanted)
            for a, b in zip(row + [None] * (len(other) - len(row)), other + [None] * (len(row) - len(other))) if a != b]


def times(text):
    """'1.54x [1.35, 1.77]' of a statement, as numbers in text."""
    return re.findall(r"(\d+\.\d\d)\u00d7(?: \[([\d.?]+), ([\d.?]+)\])?", text)


def said_of(entry):
    ends = ("", "") if entry["lo"] is None and entry["hi"] is None else tuple(
        "?" if entry[end] is None else f"{entry[end]:.2f}" for end in ("lo", "hi"))
    return (f"{entry['value']:.2f}", *ends)


def statement_problems(statements, wanted, entries):
    """Every sentence is the JSON's, and each ratio in it one of `entries` (arm, ratio) of an arm that it names."""
    found = [(kind, text) for kind, text in statements]
    problems = differences("statement", [list(one) for one in found], [[one["kind"], one["text"]] for one in wanted])
    for kind, text in found:
        for clause in text.split("; "):
            allowed = [said_of(entry) for arm, entry in entries if arm in clause and entry["value"] is not None]
            problems += [f"{kind}: {clause}: {one} is no ratio of its arms" for one in times(clause)
                         if allowed and " against " not in clause and one not in allowed]
    return problems


def walk(reader, report):
    """What of the page's tables, statements and notes is not the report's; and how many tables of each kind there were."""
    problems, seen, tables, statements, notes = [], {}, [], [], []
    above = []  # notes under the curve before this set
    by_run = {arm["run"]["id"]: group for group in report["sets"] for arm in group["arms"]}
    curves = list(report.get("loads", []))
    for item in reader.items:
        if isinstance(item, tuple):
            statements.append(item)
            continue
        if isinstance(item, Note):
            notes.append(item)
            continue
        if item.figure is not None:
            continue
        kind, rows_of = TABLES.get(tuple(item.heads), (None, None))
        if kind is None:
            problems.append(f"a table that the walk does not know: {item.heads}")
            continue
        seen[kind] = seen.get(kind, 0) + 1
        if kind == "curve":
            curve = curves.pop(0)
            problems += differences("curve", item.rows, curve_rows(curve["points"]))
            entries = [(point["arm"], point[name]) for point in curve["points"] for name in ("user_speedup", "output_gain")]
            problems += statement_problems(statements, curve["statements"], entries)
            statements, above = [], list(page_notes.curve_lines(curve["points"]))
            continue
        tables.append((kind, rows_of, item))
        if kind != "requests":
            continue
        # The last table of a set: its rows name the runs.
        group = by_run[int(item.rows[0][1])]
        for name, make, table in tables:
            wanted = make(group, table, reader.names) if name == "crosswalk" else make(group, table)
            problems += differences(name, table.rows, wanted)
        if statements:
            entries = [(arm["name"], scope["speedup"]) for arm in group["arms"]
                       for scope in [compared(group, arm, "all")] if scope is not None]
            problems += statement_problems(statements, group["conclusion"], entries)
        problems += page_notes.problems(notes, page_notes.required(group) + above, page_notes.allowed(group, report))
        tables, statements, notes, above = [], [], [], []
    if tables or statements or curves:
        problems.append(f"left over: {[name for name, _, _ in tables]}, {statements}, {len(curves)} curves")
    return problems + page_notes.problems(notes, above, []), seen


# Charts: the values under each are those that --figures writes, and those are the report's.

def point_text(value, lo, hi, cell):
    """A value of a chart's file as its table has it, with the decimals of `cell`."""
    try:
        number = float(value)
    except ValueError:
        return value  # a category
    decimals = len(re.match(r"-?\d*\.?(\d*)", cell)[1])
    ends = "" if not lo and not hi else f" [{fixed(float(lo), decimals) if lo else '?'}, {fixed(float(hi), decimals) if hi else '?'}]"
    return fixed(number, decimals) + ends


def chart_problems(reader, folder):
    """Tables under charts against the charts' files. An axis of categories is text in both."""
    problems, seen = [], 0
    for table in (item for item in reader.items if isinstance(item, Table) and item.figure is not None):
        with open(folder / f"{table.figure}.csv", encoding="utf-8", newline="") as file:
            points = list(csv.DictReader(file))
        seen += 1
        if len(points) != len(table.rows):
            problems.append(f"{table.figure}: {len(table.rows)} rows, its file has {len(points)}")
            continue
        for row, point in zip(table.rows, points):
            axes = {axis: (point[axis], point[axis + "_lo"], point[axis + "_hi"]) for axis in ("x", "y")}
            orders = [[point_text(*axes[axis], cell) for axis, cell in zip(order, row[-2:])] for order in ("xy", "yx")]
            if row[-2:] not in orders:
                problems.append(f"{table.figure}: the page has {row}, its file {point}")
    return problems, seen
