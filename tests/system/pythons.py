# SPDX-License-Identifier: BSD-2-Clause
"""pythons.py - the CPythons that tests can have: this machine's, one of a later Debian, venvs."""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / \
    "coldprof-test"

# What this Debian does not have yet is unpacked from one that does, with all that it links.
LATER = {"3.14": "forky", "3.15": "forky"}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@functools.lru_cache(maxsize=None)
def interpreter(version):
    """A CPython of that version, wherever this machine has it; None: nowhere."""
    places = [f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"]
    for folder in (".pyenv/versions", ".local/share/uv/python"):
        found = pathlib.Path.home().joinpath(folder).glob(f"*{version}*/bin/python{version}")
        places += sorted(map(str, found))
    places.append(shutil.which(f"python{version}"))  # which may be a shim of a version manager
    return next(filter(runs, places), None) or of_later_debian(version)


def runs(place):
    return place and os.access(place, os.X_OK) and \
        not subprocess.run([place, "--version"], capture_output=True).returncode


# ---- with packages ----

@functools.lru_cache(maxsize=None)
def python_with(*requirements):
    """The python of a virtual environment that has them, made once; None: it can't be had."""
    folder = CACHE / "-".join(["venv", *requirements])
    if not (folder / "whole").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        made = not any(subprocess.run(command, capture_output=True).returncode for command in (
            [sys.executable, "-m", "venv", folder],
            [folder / "bin" / "pip", "install", "-q", *requirements]))
        if not made:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        (folder / "whole").touch()
    return str(folder / "bin" / "python")


# ---- of a later Debian ----

def of_later_debian(version):
    """None: there is none, or it can't be had."""
    folder = CACHE / f"python-{version}"
    binary = folder / "usr" / "bin" / f"python{version}"
    if version in LATER and not binary.exists() and os.uname().machine == "x86_64" and \
            all(map(shutil.which, ("apt-get", "dpkg-deb", "patchelf"))):
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="coldprof-test-", dir=CACHE) as work:
            if unpack(version, pathlib.Path(work)):
                shutil.rmtree(folder, ignore_errors=True)
                pathlib.Path(work, "root").rename(folder)
                link(folder, binary)
    return str(binary) if runs(str(binary)) else None


def unpack(version, work):
    """Into work/root. False: apt can't get it."""
    index = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)",
                            "Identifier: Packages", "Origin: Debian", "Component: main"],
                           capture_output=True, text=True).stdout.split()
    if not index:
        return False
    (work / "sources").write_text(f"deb [signed-by={KEYRING}] {index[0]} {LATER[version]} main\n")
    for name in ("lists/partial", "cache/archives/partial", "debs", "root"):
        (work / name).mkdir(parents=True)
    (work / "status").touch()  # nothing is installed: all that is needed is taken
    apt = ["apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={work}/sources",
           "-o", "Dir::Etc::sourceparts=-", "-o", f"Dir::State::lists={work}/lists",
           "-o", f"Dir::State::status={work}/status", "-o", f"Dir::Cache={work}/cache",
           "-o", "APT::Sandbox::User=root", "-o", "APT::Install-Recommends=false"]
    if subprocess.run([*apt, "update"], capture_output=True).returncode:
        return False
    wanted = subprocess.run([*apt, "--simulate", "install", f"python{version}"],
                            capture_output=True, text=True).stdout
    packages = re.findall(r"^Inst (\S+)", wanted, re.M)
    headers = f"libpython{version}-dev"  # not what it depends on: this system has a libc's
    if not packages or subprocess.run([*apt, "download", *packages, headers], cwd=work / "debs",
                                      capture_output=True).returncode:
        return False
    return not any(subprocess.run(["dpkg-deb", "-x", deb, work / "root"],
                                  capture_output=True).returncode
                   for deb in (work / "debs").glob("*.deb"))


def link(folder, binary):
    """Its own dynamic linker and libraries, by absolute paths: this system's are too old."""
    libraries = folder / "usr" / "lib" / "x86_64-linux-gnu"
    subprocess.run(["patchelf", "--set-interpreter", libraries / "ld-linux-x86-64.so.2",
                    "--force-rpath", "--set-rpath", libraries, binary], check=True)
