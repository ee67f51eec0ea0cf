# SPDX-License-Identifier: BSD-2-Clause
"""greeting.py - a module of the package."""
TEXT = "served: ready soon"
