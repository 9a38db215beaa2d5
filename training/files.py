"""Files that are written whole, and never over what is read."""

import os


def replace_file(path, write):
    """write(temporary path), then the rename that makes it real."""
    temporary = path.with_suffix(path.suffix + ".tmp")
    write(temporary)
    os.replace(temporary, path)


def refuse_inputs(output, inputs):
    """Ends if `output` is one of the files of `inputs`, by whatever name; None among them is none."""
    for path in inputs:
        if path and path.exists() and output.exists() and output.samefile(path):
            raise SystemExit(f"--output {output}: is {path}, which is read; expected another")
