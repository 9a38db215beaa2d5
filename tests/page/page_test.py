#!/usr/bin/env python3
"""The report's page in a real browser, of arms in turn, of a sweep over loads and of imported answers: what it shows is
what the results file has, it asks for nothing, and it can be read at any width, in both themes, by keyboard, on paper
and without script.

Usage: page_test.py DSBENCH [RESULTS]. Without RESULTS the files are made by engines without a model, whose acceptance is
then taken as measured. Exit 77: no Chromium here.
"""
import json
import math
import pathlib
import re
import sqlite3
import sys
import tempfile
import unittest

import browser
import stores

PROGRAM, RESULTS = None, None
SWITCH = """[...document.querySelectorAll('button.arm')].find((button) => button.textContent === arguments[0]).click()"""


def short(value):
    return f"{value:.6g}"


CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const known = new Map();
const rgba = (text) => { if (known.has(text)) return known.get(text);
                         canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
                         known.set(text, canvas.getImageData(0, 0, 1, 1).data); return known.get(text); };
const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const ground = (node) => { for (; node; node = node.parentElement) {
  const c = rgba(getComputedStyle(node).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
let least = [99, ''];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest('script,style')) continue;
  const style = getComputedStyle(node);
  const [a, b] = [light(rgba(node.closest('svg') ? style.fill : style.color)), light(ground(node))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < least[0]) least = [ratio, node.outerHTML.slice(0, 120)];
}
return least;"""


class AnyPage:
    """What holds of the page of any results file."""
    make = None  # a function of stores
    least_charts, least_figures, widths = 9, 500, (375, 1440)

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        results = RESULTS or str(pathlib.Path(cls.folder.name) / "page.db")
        if RESULTS is None:
            cls.make(PROGRAM, results)
        cls.report = stores.Report(PROGRAM, results, cls.folder.name)
        cls.figures, cls.html, cls.url = cls.report.figures, cls.report.html, cls.report.file.as_uri()
        cls.browser = browser.Browser()
        cls.browser.look(1440)
        cls.browser.requests()  # what the browser's own first tab asked for

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def setUp(self):
        self.browser.look(1440)
        self.browser.open("about:blank")
        self.browser.open(self.url)

    def given_by(self, act):
        """What the button JSON or CSV saves."""
        return self.browser.run("""const given = []; const keep = URL.createObjectURL;
            URL.createObjectURL = (blob) => { given.push(blob); return 'about:blank#'; };
            HTMLAnchorElement.prototype.click = () => {};
            document.querySelector('[data-act=' + arguments[0] + ']').click();
            URL.createObjectURL = keep; return given[0].text()""", act)

    def text(self):
        """What can be read, everything folded out, but for the commands that were typed."""
        self.browser.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        return self.browser.run("""const words = [];
            const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const node = walk.currentNode.parentElement;
                if (node.checkVisibility() && !node.closest('pre')) words.push(walk.currentNode.data);
            }
            return words.join('\\n')""")

    def test_asks_for_nothing_and_says_nothing(self):
        self.browser.requests()
        self.browser.open("about:blank")
        self.browser.open(self.url)
        self.assertEqual(self.browser.requests(), [self.url])
        self.assertEqual(self.browser.console(), [])
        outside = re.sub(r'<script type="application/json".*?</script>|<title>.*?</title>|<td.*?</td>|<pre>.*?</pre>', "",
                         self.html, flags=re.S)
        self.assertIsNone(re.search(r"https?:|\bsrc=|\burl\(|@import|\son\w+=|<link|<iframe|\sstyle=", outside))
        self.assertIn("default-src 'none'", self.html)

    def test_every_chart_has_marks_that_say_something(self):
        charts = self.browser.run("""return [...document.querySelectorAll('figure')].map((figure) =>
            [figure.id, [...figure.querySelectorAll('.m')].filter((mark) => mark.dataset.say).length])""")
        self.assertGreaterEqual(len(charts), self.least_charts)
        self.assertEqual(len({name for name, _ in charts}), len(charts))
        self.assertEqual([name for name, marks in charts if marks == 0], [])

    def test_every_figure_is_the_json_reports(self):
        seen = {}
        for row in json.loads(self.given_by("json")):
            key = tuple(row[name] for name in ("run", "metric", "scope", "baseline_run"))
            self.assertNotIn(key, seen)
            seen[key] = [row[name] for name in ("value", "lo", "hi", "n")]
        self.assertEqual(seen, {key: [entry[name] for name in ("value", "lo", "hi", "n")]
                                for key, entry in self.figures.items()})
        self.assertGreater(len(seen), self.least_figures)

    def test_an_arm_switched_off_is_gone_everywhere(self):
        # A name inside a text that lists several is an ellipsis then; text() sees to that.
        count = """return [...document.querySelectorAll('[data-arm]')].filter((item) => !item.matches('button,.name') &&
            (item.dataset.arm === arguments[1]) === arguments[0] && item.getClientRects().length).length"""
        names = self.browser.run("return [...document.querySelectorAll('button.arm')].map((button) => button.textContent)")
        self.assertGreater(len(names), 1)
        for arm, name in enumerate(names):
            before = [self.browser.run(count, mine, str(arm)) for mine in (True, False)]
            self.assertGreater(min(before), 3, name)
            self.browser.run(SWITCH, name)
            self.assertEqual([self.browser.run(count, mine, str(arm)) for mine in (True, False)], [0, before[1]], name)
            drawn = self.browser.run("""return [...document.querySelectorAll('figure .m')].filter((mark) =>
                mark.getClientRects().length && mark.dataset.say && mark.dataset.say.startsWith(arguments[0] + ';')).length""",
                                     name)
            self.assertEqual(drawn, 0, name)
            if name != "none":  # a word of its own, too
                self.assertFalse([line for line in self.text().split("\n") if name in line], name)
            if arm == 1:
                self.assertIn("off=1", self.browser.run("return location.hash"))
                self.browser.run("location.reload()")
                self.assertEqual(self.browser.run(count, True, "1"), 0)
            self.browser.run(SWITCH, name)
            self.browser.run("document.querySelectorAll('details').forEach((fold) => { fold.open = false; })")
            self.assertEqual([self.browser.run(count, mine, str(arm)) for mine in (True, False)], before, name)

    def test_fits_and_can_be_read(self):
        for width in self.widths:
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    self.browser.look(width, dark=dark)
                    self.browser.open(self.url)
                    self.browser.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
                    wide, room = self.browser.run("return [document.documentElement.scrollWidth, innerWidth]")
                    self.assertLessEqual(wide, room)
                    self.assertEqual(room, width)
                    ratio, where = self.browser.run(CONTRAST)
                    self.assertGreaterEqual(ratio, 4.5, where)
        ground = "return getComputedStyle(document.body).backgroundColor"
        self.assertNotEqual(self.browser.run(ground), "rgb(255, 255, 255)")
        self.browser.look(720, dark=True, media="print")
        self.assertEqual(self.browser.run(ground), "rgb(255, 255, 255)")
        self.assertEqual(self.browser.run("""return [...document.querySelectorAll('.tool')]
            .filter((button) => button.checkVisibility()).length"""), 0)

    def test_the_buttons_give_all_rows(self):
        for act in ("json", "csv"):
            text = self.given_by(act)
            if act == "json":
                self.assertEqual(len(json.loads(text)), len(self.figures))
            else:
                self.assertEqual(len(text.splitlines()), len(self.figures) + 1)


class Page(AnyPage, unittest.TestCase):
    """Of arms in turn."""
    make = staticmethod(stores.make_paired)
    widths = (375, 768, 1440)

    def test_every_mark_is_the_json_reports(self):
        marks = self.browser.run("""return [...document.querySelectorAll('figure .m[data-f]')].map((mark) =>
            [mark.closest('figure').id, mark.dataset.f, mark.dataset.say])""")
        self.assertGreater(len(marks), 50)
        stacked = {}
        for chart, figure, said in marks:
            run, metric, scope = figure.split(" ", 2)
            entries = [entry for key, entry in self.figures.items() if key[:3] == (int(run), metric, scope)]
            entry = entries[-1]  # a ratio where the metric has both
            if metric.startswith("phase_wall_"):
                stacked.setdefault((chart, run), []).append((float(said.split(": ")[1].split(";")[0]), entry["value"]))
                continue
            value = 100 * entry["value"] / entry["n"] if metric == "accept_histogram" else entry["value"]
            wanted = short(value)
            if entry["lo"] is not None:
                wanted += f" [{short(entry['lo'])}, {short(entry['hi'])}]"
            self.assertIn(": " + wanted, said, (chart, figure))
        self.assertTrue(stacked)
        for parts in stacked.values():  # ms a token are ns a step times one factor an arm
            factors = [drawn / value for drawn, value in parts]
            for factor in factors:
                self.assertAlmostEqual(factor / factors[0], 1, places=4)

    def test_pointing_shows_the_value(self):
        place = self.browser.run("""const mark = document.querySelector('#speedup .m, #speedup-1 .m');
            mark.scrollIntoView({block: 'center', behavior: 'instant'});
            return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
                const box = mark.getBoundingClientRect();
                done([box.x + box.width / 2, box.y + box.height / 2, mark.dataset.f]); })))""")
        self.browser.point_at(*place[:2])
        run, metric, scope = place[2].split(" ", 2)
        entry = next(e for key, e in self.figures.items() if key[:3] == (int(run), metric, scope))
        said = self.browser.run("return document.querySelector('.tip').textContent")
        self.assertIn(short(entry["value"]), said)
        box = self.browser.run("return document.querySelector('.tip').getBoundingClientRect().toJSON()")
        self.assertGreater(box["width"] * box["height"], 100)
        self.browser.point_at(2, 2)
        self.assertEqual(self.browser.run("return document.querySelector('.tip').textContent"), "")

    def test_keys_walk_through_the_marks(self):
        self.browser.run("document.querySelector('figure svg').focus()")
        said = []
        for _ in range(3):
            self.browser.press("ArrowRight")
            said.append(self.browser.run("return document.querySelector('.tip').textContent"))
        self.assertEqual(len(set(said)), 3, said)
        self.assertNotIn("", said)

    def test_the_verdict_speaks_of_the_arms_that_are_on(self):
        said = """return [...document.querySelectorAll('.said')].filter((line) => line.checkVisibility())
            .map((line) => line.innerText.replace(/\\s+/g, ' '))"""
        verdict = self.browser.run(said)
        results = [line for line in verdict if line.startswith("result")]
        self.assertEqual(len(results), self.browser.run("return document.querySelectorAll('h1').length") - 1, verdict)
        names = self.browser.run("return [...document.querySelectorAll('button.arm')].map((button) => button.textContent)")
        best = next(name for name in names if name in results[0])
        switch = """[...document.querySelectorAll('button.arm')].find((button) => button.textContent === arguments[0]).click()"""
        for arm in [best] + [name for name in names if name != best]:
            self.browser.run(switch, arm)
            self.assertFalse([line for line in self.browser.run(said) if arm in line], arm)
            results = [line for line in self.browser.run(said) if line.startswith("result")]
            if arm == best:
                self.assertIn("of the arms left on", results[0])
        self.assertIn("No arm with a speed-up is left on", results[0])
        for name in names:
            self.browser.run(switch, name)
        self.assertEqual(self.browser.run(said), verdict)

    def test_tables_sort(self):
        column = """const table = [...document.querySelectorAll('main table')].find(
                (some) => some.tHead.textContent.includes('tokens/s') && !some.closest('figure'));
            const heads = [...table.querySelectorAll('th')], at = heads.findIndex((head) => head.textContent === 'tokens/s');
            if (arguments[0]) heads[at].click();
            return [...table.tBodies[0].rows].map((row) => parseFloat(row.cells[at].textContent))"""
        rates = self.browser.run(column, True)
        self.assertEqual(rates, sorted(rates))
        self.assertEqual(self.browser.run(column, True), sorted(rates, reverse=True))
        self.browser.run("location.reload()")
        self.assertEqual(self.browser.run(column, False), sorted(rates, reverse=True))

    def test_the_theme_is_kept(self):
        ground = "return getComputedStyle(document.body).backgroundColor"
        self.browser.run("document.querySelector('[data-act=theme]').click()")
        dark = self.browser.run(ground)
        self.assertNotEqual(dark, "rgb(255, 255, 255)")
        self.browser.run("location.reload()")
        self.assertEqual(self.browser.run(ground), dark)

    def test_says_all_without_script(self):
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.open(self.url)
            document = self.browser.devtools("DOM.getDocument", depth=1)["root"]["nodeId"]
            def found(selector):
                return len(self.browser.devtools("DOM.querySelectorAll", nodeId=document, selector=selector)["nodeIds"])
            self.assertGreater(found("figure .m > title"), 100)
            self.assertGreater(found("main tbody tr"), 5)
            self.assertEqual(found("button.tool:not([hidden])"), 0)
            self.assertEqual(found(".tip"), 0)
        finally:
            self.browser.devtools("Emulation.setScriptExecutionDisabled", value=False)

    def test_text_of_a_file_stays_text(self):
        if RESULTS is not None:
            self.skipTest("the results given hold no hostile text")
        heads = self.browser.run("return [...document.querySelectorAll('h1')].map((head) => head.textContent)")
        shown = [head for head in heads if "alert(1)" in head]
        self.assertEqual(len(shown), 1)
        self.assertIn("<script>alert(1)</script>]]>\"' \\xe2\\x80\\xaeabc\u05d0 &amp; =1+1", shown[0])
        self.assertEqual(self.html.count("<script"), 2)
        self.assertEqual(self.html.count("</script"), 2)


class LoadPage(AnyPage, unittest.TestCase):
    """Of a sweep over three loads, in two passes."""
    make = staticmethod(stores.make_load)

    def test_pointing_shows_what_the_store_has(self):
        db = sqlite3.connect(self.report.results)
        stored = {}
        for users, arm, metric, value in db.execute(
                "SELECT users, drafter || ' ' || policy, metric, value FROM run JOIN metric ON metric.run_id = run.id "
                "WHERE scope = 'all' AND metric IN ('user_decode_tokens_per_s', 'output_tokens_per_s', "
                "'mean_decode_concurrency') UNION ALL "
                "SELECT users, drafter || ' ' || policy, 'budget', AVG(verified + 1.0) FROM run JOIN request "
                "ON request.run_id = run.id JOIN round ON round.request_id = request.id WHERE phase <> 'warmup' "
                "GROUP BY run.id"):
            stored.setdefault((users, arm, metric), []).append(value)
        db.close()
        marks = self.browser.run("""return ['pareto', 'throughput', 'budget'].flatMap((id) =>
            [...document.querySelectorAll('#' + id + ' .m')].map((mark, place) => [id, place, mark.dataset.say]))""")
        self.assertEqual(len([mark for mark in marks if mark[0] == "pareto"]), 9)
        axes = {"pareto": ("user_decode_tokens_per_s", "output_tokens_per_s"),
                "throughput": ("mean_decode_concurrency", "output_tokens_per_s"),
                "budget": ("mean_decode_concurrency", "budget")}
        for chart, place, said in marks:
            x, y = self.browser.run("""const mark = document.querySelectorAll('#' + arguments[0] + ' .m')[arguments[1]];
                mark.scrollIntoView({block: 'center', behavior: 'instant'});
                return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
                    const box = mark.getBoundingClientRect(); done([box.x + box.width / 2, box.y + box.height / 2]); })))""",
                                    chart, place)
            self.browser.point_at(x, y)
            shown = self.browser.run("return document.querySelector('.tip').textContent")
            users = int(re.search(r"users (\d+), 2 runs", shown)[1])
            arm = " ".join(shown.split()[:2]).replace("none (clock", "none none")
            for metric in axes[chart]:
                values = stored[users, arm, metric]
                self.assertEqual(len(values), 2)
                mean = math.exp(sum(map(math.log, values)) / 2)
                self.assertIn(": " + short(mean), shown, (chart, said))
            self.browser.point_at(2, 2)

    def test_the_hostile_label_is_text_and_takes_no_room(self):
        heads = [head for head in self.browser.run("""return [...document.querySelectorAll('h1,h2')].map(
            (head) => head.textContent)""") if "alert(1)" in head]
        self.assertGreater(len(heads), 2)
        for head in heads:
            self.assertIn("<script>alert(1)</script>]]>\"' \\xe2\\x80\\xaeabc\u05d0 &amp; =1+1xxx", head)
        self.assertEqual(self.html.count("<script"), 2)


class ImportedPage(AnyPage, unittest.TestCase):
    """Of answers that another program measured, which tell no rounds."""
    make = staticmethod(stores.make_imported)
    least_charts, least_figures = 4, 20

    def test_what_the_buttons_give_obeys_nobody(self):
        rows = [line for line in self.given_by("csv").splitlines() if "cmd" in line]
        self.assertGreater(len(rows), 5)
        for row in rows:
            self.assertIn(",'=cmd|'/C calc'!A0 \\xe2\\x80\\xae\\x1b[31m<b>,", row)
        text = self.given_by("json")
        self.assertFalse(set(text) & {"\u202e", "\x1b"})
        self.assertIn(stores.FORMULA, {row["arm"] for row in json.loads(text)})


def load_tests(loader, *_):
    pages = (Page,) if RESULTS else (Page, LoadPage, ImportedPage)
    return unittest.TestSuite(loader.loadTestsFromTestCase(page) for page in pages)


if __name__ == "__main__":
    if browser.missing():
        print(f"skipped: no {browser.missing()} here; install the packages of section [page] in ci/packages.txt")
        sys.exit(77)
    PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    RESULTS = sys.argv[2] if len(sys.argv) > 2 else None
    unittest.main(argv=sys.argv[:1], verbosity=1)
