# SPDX-License-Identifier: BSD-2-Clause
"""served - a package that is started with python -m."""
