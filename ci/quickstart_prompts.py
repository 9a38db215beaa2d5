#!/usr/bin/env python3
"""How many prompts the quick start decodes: as many as fit into a stated time on this machine, at least 30 an arm.

Prints the number of prompts of each domain, and a line that says why. Exit 2: bad use, or FIRST.db holds no answer.
"""
import argparse
import math
import sqlite3

DOMAINS = 3
LEAST, MOST = 10, 64  # of each domain: 30 an arm, and what workloads/ holds
ANSWERS = """SELECT finished_ns - issued_ns FROM request
             WHERE phase = 'measured' AND end_reason IN ('stop', 'length')"""


def seconds_a_prompt(database):
    """Mean over the answers of a results file."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        times_ns = [row[0] for row in connection.execute(ANSWERS)]
    if not times_ns:
        raise ValueError(f"{database}: no finished answer, expected those to the first prompts")
    return sum(times_ns) / len(times_ns) * 1e-9


def choose(seconds_each, num_arms, num_runs, warmup, seconds):
    """(prompts of each domain, line for the user). An arm that speculates counts as slow as plain decoding."""
    def expected(limit):
        return num_runs * num_arms * (DOMAINS * limit + warmup) * seconds_each

    fitting = math.floor((seconds / (num_runs * num_arms * seconds_each) - warmup) / DOMAINS)
    limit = min(max(fitting, LEAST), MOST)
    why = f"one takes {seconds_each:.2f} s plainly, so that all takes about {expected(limit):.0f} s"
    if fitting < LEAST:
        why += f", more than the {seconds} s asked for: fewer say too little"
    elif fitting > MOST:
        why += f" of the {seconds} s asked for: there are no more"
    else:
        why += f" of the {seconds} s asked for"
    return limit, f"{limit} prompts of each domain, {DOMAINS * limit} an arm: {why}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", metavar="FIRST.db", help="in which plain decoding has answered the first prompts")
    parser.add_argument("--arms", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True, help="of all arms")
    parser.add_argument("--warmup", type=int, required=True, help="requests an arm in each run, before the measured ones")
    parser.add_argument("--seconds", type=int, required=True, help="that the runs are to take")
    args = parser.parse_args()
    if min(args.arms, args.runs, args.seconds) < 1 or args.warmup < 0:
        parser.error("--arms, --runs and --seconds: expected 1 or more, --warmup 0 or more")
    try:
        limit, line = choose(seconds_a_prompt(args.first), args.arms, args.runs, args.warmup, args.seconds)
    except (ValueError, sqlite3.Error) as error:
        parser.error(str(error))
    print(f"{limit}\n{line}")


if __name__ == "__main__":
    main()
