"""The sentences under a report's tables, made again from the JSON: what a reader should doubt, how the load went, what
the policies did, where it was run. As page_walk.py, it looks figures up and rounds them.
"""
import re

# Say what words mean; their numbers are no figures of a run.
DEFINITIONS = (
    "In a round p drafts are proposed", "output tokens/s: of all users", "depth: tokens of other text",
    "Against plain decoding at the same load", "Cheng et al., DSpark")
DOUBTED = {"accepted_length": "accepted length", "user_decode_tokens_per_s": "tokens/s", "phase_wall": "phase_wall"}
LEAST_PAIRS = 5


def enumerated(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def joined(statements):
    """Statements [what, [arms, scopes, titles]] that differ in one part only as one, for each part in turn."""
    for part in range(3):
        kept = []
        for what, parts in statements:
            same = next((one for one in kept if one[0] == what and
                         all(one[1][i] == parts[i] for i in range(3) if i != part)), None)
            if same is None:
                kept.append([what, [list(names) for names in parts]])
            else:
                same[1][part] += [name for name in parts[part] if name not in same[1][part]]
        statements = kept
    return statements


def noted(group):
    """What is noted on the headline figures, each once."""
    arms = group["arms"]
    domains = {m["scope"] for arm in arms for m in arm["metrics"] if re.fullmatch("domain:[^/]*", m["scope"])}
    known = [name for name in ("domain:math", "domain:code", "domain:chat") if name in domains]
    statements = [[m["note"], [[arm["name"]], [scope.partition(":")[2] or scope], [DOUBTED[m["metric"]]]]]
                  for scope in known + sorted(domains - set(known)) + ["all"] for arm in arms for m in arm["metrics"]
                  if "note" in m and m["scope"] == scope and m["metric"] in DOUBTED]
    for what, (names, scopes, titles) in joined(statements):
        whose = "all arms" if len(names) == len(arms) > 1 else enumerated(names)
        yield f"{enumerated(titles)} of {whose}{'' if scopes == ['all'] else '; ' + enumerated(scopes)}: {what}."


def differing(group, pooled, mean, what):
    """Two ways to sum up one quantity, where they give figures more than 2 % apart."""
    figures = []
    for arm in group["arms"]:
        first, second = (next((m["value"] for m in arm["metrics"] if m["metric"] == name and m["scope"] == "all"), None)
                         for name in (pooled, mean))
        if first is not None and second is not None and abs(second / first - 1) > 0.02:
            figures.append(f"{arm['name']} {second:.3f} ({first:.3f})")
    if figures:
        yield f"{what} as a mean over requests (beside it the pooled figure of the table): {enumerated(figures)}."


def doubts(group):
    """That every form of a set's report has, in its order but for runs that were resumed."""
    for arm in group["arms"]:
        if "contended" in arm["flags"]:
            yield f"! the times of {arm['name']} were disturbed: {arm['flags']['contended']}."
        if "broken_invariants" in arm:
            yield f"{arm['name']} breaks an invariant: {arm['broken_invariants']}."
    yield from noted(group)
    yield from differing(group, "accepted_length", "accepted_length_per_request", "accepted length")
    yield from differing(group, "user_decode_tokens_per_s", "mean_decode_rate", "tokens/s")


def load_lines(group):
    run = group["arms"][0]["run"]
    if run["arrival"] is None:
        return
    text = f"Load: {run['load_mode']}" + (f", {run['arrival']} arrivals" if run["load_mode"] == "open" else "")
    if run["achieved_rate_per_s"] is not None:
        text += f", {run['achieved_rate_per_s']:.3f}/s drawn"
    yield text + (f", users {run['users']}." if run["users"] is not None else ".")
    for arm in group["arms"]:
        for flag in ("overload", "not_steady", "client_limited"):
            if flag in arm["flags"]:
                yield f"Note: {arm['name']}: {flag}: {arm['flags'][flag]}."


def share(part, whole):
    return "n/a" if whole == 0 else f"{100 * (part / whole):.1f}"


def scheduling_lines(group):
    for arm in group["arms"]:
        if "scheduling" not in arm:
            continue
        of = arm["scheduling"]
        rounds = f"{of['rounds']} round{'' if of['rounds'] == 1 else 's'}"
        yield (f"{arm['name']}: {share(of['cut'], of['rounds'])} % of {rounds} cut, "
               f"{share(of['undrafted'], of['rounds'])} % undrafted.")
        if of["policy_inert"]:
            yield f"Note: {arm['name']}: policy_inert: {of['policy_inert']}."


def size(count):
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def provenance_lines(group):
    first = group["arms"][0]
    machine, build, threads = first["machine"], first["build"], first["run"]["threads"]
    parts = [machine["cpu_model"] or "unknown machine"]
    if machine["num_cores"] > 0:
        parts.append(f"{machine['num_cores']} core{'' if machine['num_cores'] == 1 else 's'}")
    if machine["memory_bytes"] > 0:
        parts.append(size(machine["memory_bytes"]))
    parts += [text for text in (machine["os"], machine["kernel"], "virtual" if machine["virtualised"] else "") if text]
    yield f"Machine: {', '.join(parts)}; {threads} thread{'' if threads == 1 else 's'}"
    commit = f" {build['git_commit'][:12]}" if build["git_commit"] else ""
    name = f"dsbench {build['version']}{commit}{' (changed files)' if build['git_dirty'] else ''}"
    yield "Build: " + ", ".join([name] + [build[key] for key in ("compiler", "build_type", "isa") if build[key]])
    for arm in group["arms"]:
        for role, artifact in arm["artifacts"].items():
            digest = artifact["sha256"]
            yield (f"{role.capitalize()}: {artifact['name']} ({size(artifact['size_bytes'])}, sha256 "
                   f"{digest[:12] + '..' if len(digest) > 12 else digest})")


def statistics_line(report):
    of = report["statistics"]
    return (f"[brackets]: {100 * of['level']:.0f} % intervals, bootstrap by prompt ({of['num_resamples']} resamples, "
            f"seed {of['seed']}), speed-ups paired.")


def curve_lines(points):
    pairs = [point["user_speedup"]["n"] for point in points if point["user_speedup"]["value"] is not None]
    if pairs and min(pairs) < LEAST_PAIRS:
        yield (f"Note: a comparison rests on {min(pairs)} pair{'' if min(pairs) == 1 else 's'} of runs, expected "
               f"{LEAST_PAIRS} at least before anything is concluded.")


def has_figure(note):
    return re.search(r"\d", note) and not note.startswith(DEFINITIONS)


def required(group):
    return [*doubts(group), *load_lines(group)]


def allowed(group, report):
    """What only the long form of a set's report has."""
    return [statistics_line(report), *scheduling_lines(group), *provenance_lines(group)]


def problems(notes, wanted, others):
    """Every wanted sentence stands there, and every one with a figure is wanted or one of the others."""
    known = {*wanted, *others}
    return ([f"a note is missing: {line}" for line in wanted if line not in notes] +
            [f"the JSON has no such note: {note}" for note in notes if has_figure(note) and note not in known])
