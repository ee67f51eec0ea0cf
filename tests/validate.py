#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""validate.py - holds JSON files against a JSON Schema: validate.py SCHEMA FILE...
Exit status: 0 all valid, 1 not, 77 no validator is installed."""
import json
import sys

try:
    import jsonschema
except ImportError:
    print("no 'jsonschema' for", sys.executable, "(Debian: python3-jsonschema)")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
bad = False
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        for error in kind(schema).iter_errors(json.load(file)):
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
            bad = True
sys.exit(bad)
