"""Unpacks parts of a wheel, checking each entry's CRC, and prints how many bytes are done.

Usage: unpack_wheel.py WHEEL DIRECTORY RULES, where RULES is JSON: [{"from": prefix, "to": prefix, "except": part}].
Exit status 3: the disk is full.
"""

import errno
import json
import os
import sys
import zipfile

BLOCK = 4 << 20


def target_of(name, rules):
    for rule in rules:
        if name.startswith(rule["from"]) and not ("except" in rule and rule["except"] in name):
            return rule["to"] + name[len(rule["from"]):]
    return None


def unpack(wheel, directory, rules):
    root = os.path.realpath(directory)
    with zipfile.ZipFile(wheel) as archive:
        wanted = [(entry, target_of(entry.filename, rules)) for entry in archive.infolist() if not entry.is_dir()]
        wanted = [(entry, target) for entry, target in wanted if target]
        if not wanted:
            sys.exit("the wheel holds none of the files that are needed")
        total = sum(entry.file_size for entry, _ in wanted)
        done = 0
        for entry, target in wanted:
            path = os.path.realpath(os.path.join(root, target))
            if os.path.commonpath([root, path]) != root:
                sys.exit(f"{entry.filename} would be written outside {root}")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(entry) as source, open(path, "wb") as file:
                while block := source.read(BLOCK):
                    file.write(block)
                    done += len(block)
                    print(done, total, flush=True)
            if (entry.external_attr >> 16) & 0o100:
                os.chmod(path, 0o755)


if __name__ == "__main__":
    try:
        unpack(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(3 if error.errno in (errno.ENOSPC, errno.EDQUOT) else 1)
    except zipfile.BadZipFile as error:
        sys.exit(str(error))
