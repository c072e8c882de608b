#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""validate.py SCHEMA FILE...: checks every JSON line of the files against the schema."""
import json
import sys

import jsonschema


def main(schema_path, paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    lines = bad = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                lines += 1
                for error in validator.iter_errors(json.loads(line)):
                    bad += 1
                    print(f"{path}:{number}: {error.message}", file=sys.stderr)
    print(f"{lines} lines, {bad} errors")
    return 1 if bad or not lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
