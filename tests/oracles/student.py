#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""student.py - writes tests/student_oracle.h: SciPy's upper tails of Student's distribution, that
test_stats_student.c computes too. Run it again with:
python3 tests/oracles/student.py > tests/student_oracle.h"""
import scipy
from scipy import stats

print(f"""/* SPDX-License-Identifier: BSD-2-Clause */
/* student_oracle.h - made by tests/oracles/student.py; not edited by hand */
/* SciPy {scipy.__version__} */
/* clang-format off */
static const struct student_case {{
	double t, freedom, above;
}} student_oracle[] = {{""")
for freedom in (1, 2, 3, 4, 7, 9, 19, 40, 99, 1000):
    for t in (0.0, 0.1, 0.7, 1.0, 2.0, 3.5, 5.0, 12.0, 60.0):
        print(f"\t{{{t!r}, {freedom}, {stats.t.sf(t, freedom):.17g}}},")
print("};")
