#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""run.py - boots other kernels in a virtual machine and runs some of the system tests there.

The machine is emulated (no KVM), has cgroup v2 alone, and lives in an initramfs made here from
what is installed: busybox, python3, build/coldprof, the tests and all their libraries. A kernel
is unpacked once, into ~/.cache/coldprof-test/kernels. What can't be had is skipped, and said.
"""
import argparse
import fnmatch
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
if not BUILD.is_absolute():
    BUILD = CHECKOUT / BUILD
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / \
    "coldprof-test" / "kernels"
PYTHON = "/usr/bin/python3"
SECONDS = 300  # for one kernel, from power on to power off
BOOT_SECONDS = 60

# Where a kernel comes from: this machine's own package sources, by a pattern of package names.
# One that they don't have is tried once its package (NAME_*.deb) lies in the cache folder.
KERNELS = {
    "5.15": "linux-image-unsigned-5.15.*-generic",  # the floor: Ubuntu 22.04's
    "6.1": "linux-image-6.1.*-cloud-amd64",         # Debian 12's
    "6.12": "linux-image-6.12.*-cloud-amd64",       # Debian 13's
}
USUAL = ("6.1", "5.15")


class Skip(Exception):
    """This kernel can't be tried here."""


# ---- a kernel ----

def newest_package(pattern):
    """The newest package of that name that apt can download, or None."""
    if not shutil.which("apt-cache"):
        return None
    listed = subprocess.run(["apt-cache", "pkgnames", pattern.split("*")[0]],
                            capture_output=True, text=True).stdout.split()
    names = [name for name in listed if fnmatch.fnmatch(name, pattern)]
    return max(names, key=lambda name: [int(n) for n in re.findall(r"\d+", name)], default=None)


def package_of(name, folder):
    """The kernel's package: one from the cache folder, or downloaded into `folder`."""
    kept = sorted(CACHE.glob(KERNELS[name] + "_*.deb"))
    if kept:
        return kept[-1]
    package = newest_package(KERNELS[name])
    if not package:
        raise Skip(f"apt knows no {KERNELS[name]}, and its .deb is not in {CACHE}")
    done = subprocess.run(["apt-get", "download", package], cwd=folder, capture_output=True,
                          text=True)
    found = list(pathlib.Path(folder).glob("*.deb"))
    if done.returncode or not found:
        raise Skip(f"cannot download {package}: {(done.stderr.splitlines() or ['?'])[-1]}")
    return found[0]


def kernel_image(name):
    """The path of a bootable image, from the cache or unpacked into it."""
    image = CACHE / f"vmlinuz-{name}"
    if image.exists():
        return image
    if not shutil.which("dpkg-deb"):
        raise Skip("no dpkg-deb to unpack a kernel with")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="coldprof-test-", dir=CACHE) as folder:
        subprocess.run(["dpkg-deb", "-x", package_of(name, folder), folder], check=True)
        (found,) = pathlib.Path(folder, "boot").glob("vmlinuz-*")
        found.chmod(0o644)
        found.rename(image)
    return image


# ---- an initramfs ----

class Archive:
    """A cpio archive in the form that the kernel unpacks (newc)."""

    def __init__(self, file):
        self.file, self.number, self.names = file, 0, set()

    def _entry(self, name, mode, data=b""):
        self.number += 1
        fields = [self.number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0"
        self.file.write(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))

    def folder(self, name):
        name = name.strip("/")
        if name and name not in self.names:
            self.folder(os.path.dirname(name))
            self.names.add(name)
            self._entry(name, stat.S_IFDIR | 0o755)

    def add(self, name, path):
        name = name.strip("/")
        if name in self.names:
            return
        self.folder(os.path.dirname(name))
        self.names.add(name)
        mode = os.stat(path).st_mode
        with open(path, "rb") as source:
            self._entry(name, stat.S_IFREG | (mode & 0o777) | 0o444, source.read())

    def link(self, name, target):
        name = name.strip("/")
        if name not in self.names:
            self.folder(os.path.dirname(name))
            self.names.add(name)
            self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def tree(self, name, path, leave_out=()):
        for root, folders, files in os.walk(path):
            folders[:] = [f for f in folders if f not in leave_out]
            for file in files:
                full = os.path.join(root, file)
                if os.path.exists(full):
                    self.add(os.path.join(name, os.path.relpath(full, path)), full)

    def end(self):
        self._entry("TRAILER!!!", 0)


def libraries(path):
    """The shared libraries of a program and its interpreter: name in the machine -> file."""
    listed = subprocess.run(["ldd", str(path)], capture_output=True, text=True).stdout
    return {found: os.path.realpath(found) for found in
            re.findall(r"(?:=> |^\s*)(/\S+) \(0x", listed, re.M)}


def add_program(archive, name, path):
    archive.add(name, os.path.realpath(path))
    for library, file in libraries(path).items():
        archive.add(library, file)


def tool(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise Skip(f"'{name}' is not installed")
    return path


def add_python(archive):
    """Debian's python3 without what no test needs, and jsonschema."""
    if not os.path.exists(PYTHON):
        raise Skip(f"no {PYTHON}")
    add_program(archive, PYTHON, PYTHON)
    where = subprocess.run([PYTHON, "-I", "-c", "import sysconfig as s, json; "
                            "print(s.get_path('stdlib'))"], capture_output=True, text=True)
    stdlib = where.stdout.strip()
    archive.tree(stdlib, stdlib, leave_out={
        "test", "tests", "idlelib", "tkinter", "lib2to3", "pydoc_data", "ensurepip", "distutils",
        "unittest", "turtledemo", "site-packages", "dist-packages"}
        | {f for f in os.listdir(stdlib) if f.startswith("config-")})
    for extension in pathlib.Path(stdlib, "lib-dynload").glob("*.so"):
        for library, file in libraries(extension).items():
            archive.add(library, file)
    packages = pathlib.Path("/usr/lib/python3/dist-packages")
    for name in ("jsonschema", "attr", "attrs", "pyrsistent"):
        if (packages / name).is_dir():
            archive.tree(f"{packages}/{name}", packages / name, leave_out={"tests"})
    for file in packages.glob("*pyrsistent*"):
        if file.is_file():
            archive.add(str(file), file)
    for file in packages.glob("pvectorc*.so"):
        archive.add(str(file), file)


def make_initramfs(path):
    with open(path, "wb") as file:
        archive = Archive(file)
        for folder in ("proc", "sys", "dev", "tmp", "run", "root", "var/tmp", "var/cache", "etc"):
            archive.folder(folder)
        add_program(archive, "/bin/busybox", tool("busybox"))
        for name in ("sh", "true", "cat", "env", "dd", "sleep"):
            archive.link(f"/bin/{name}", "busybox")
        for name in ("strace", "bpftool", "bash"):
            try:
                add_program(archive, f"/usr/bin/{name}", tool(name))
            except Skip:
                pass
        add_python(archive)
        add_program(archive, "/coldprof/build/coldprof", BUILD / "coldprof")
        for program in sorted((BUILD / "programs").iterdir()):
            add_program(archive, f"/coldprof/build/programs/{program.name}", program)
        archive.tree("/coldprof/tests/system", CHECKOUT / "tests" / "system", {"__pycache__"})
        archive.tree("/coldprof/tests/programs", SOURCES, {"__pycache__"})
        archive.tree("/coldprof/runtimes", CHECKOUT / "runtimes", {"node_modules", "express"})
        archive.tree("/coldprof/reports", CHECKOUT / "reports")
        for name in ("init", "tests.list"):
            archive.add(f"/{name}", HERE / name)
        for name, text in (("passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("group", "root:x:0:\n"),
                           ("hosts", "127.0.0.1 localhost\n")):
            with tempfile.NamedTemporaryFile("w") as made:
                made.write(text)
                made.flush()
                archive.add(f"/etc/{name}", made.name)
        archive.end()


SOURCES = CHECKOUT / "tests" / "programs"


# ---- a machine ----

class Machine:
    """One boot: its console's lines, and how it ended: off, qemu (failed), boot or time (late).

    Both processors are emulated by one thread, in turn: with a thread each (QEMU 7.2's default),
    one of them lost its timer once in some thirty boots and the other waited for it for ever
    ("soft lockup", "rcu_preempt kthread timer wakeup didn't happen"). It takes no longer.
    """

    def __init__(self, image, initramfs, words):
        self.lines, self.end = [], None
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-cpu", "max", "-smp", "2",
             "-m", "2048", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
             "-kernel", str(image), "-initrd", str(initramfs),
             "-append", f"console=ttyS0 quiet panic=-1 {words}".strip()],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.timers = {what: threading.Timer(seconds, self.stop, (what,))
                       for what, seconds in (("boot", BOOT_SECONDS), ("time", SECONDS))}
        for timer in self.timers.values():
            timer.start()

    def stop(self, what):
        self.end = what
        self.process.kill()

    def watch(self):
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            self.lines.append(line)
            if line.startswith("kernel "):
                self.timers["boot"].cancel()
            if re.match(r"(ok|FAIL|skip) +\S|       \S|kernel ", line):
                print(f"  {line}", flush=True)
        self.process.wait()
        for timer in self.timers.values():
            timer.cancel()
        self.end = self.end or ("qemu" if self.process.returncode else "off")
        return self


def boot(image, initramfs, words):
    """A busy machine may need more than one try."""
    for _ in range(3):
        machine = Machine(image, initramfs, words).watch()
        if machine.end != "boot":
            break
        print(f"  it did not boot within {BOOT_SECONDS} s", flush=True)
    return machine.lines, machine.end


def count(lines):
    verdicts = [line.split()[0] for line in lines if re.match(r"(ok|FAIL|skip) +\S", line)]
    return [verdicts.count(v) for v in ("ok", "FAIL", "skip")]


def try_kernel(name, initramfs, words):
    """passed, failed, skipped"""
    image = kernel_image(name)
    begin = time.monotonic()
    print(f"kernel {name}:", flush=True)
    lines, end = boot(image, initramfs, words)
    numbers = count(lines)
    complete = any(line.startswith("system tests: ") for line in lines)
    if end != "off" or not complete:
        numbers[1] += 1
        what = {"time": f"did not end within {SECONDS} s", "qemu": "was not run by qemu",
                "boot": "does not boot", "off": "ended before its tests"}[end]
        print(f"  FAIL kernel {name} {what}; its console ends with")
        for line in lines[-40:]:
            print(f"       {line}")
    print(f"  {time.monotonic() - begin:.0f} s", flush=True)
    return numbers


def main():
    parser = argparse.ArgumentParser(description="system tests under other kernels")
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", default=list(USUAL),
                        help=f"of {', '.join(KERNELS)} (default: {' '.join(USUAL)})")
    parser.add_argument("-k", metavar="TEXT", action="append", default=[],
                        help="only tests with TEXT in their name, instead of tests.list")
    parser.add_argument("--results", metavar="FILE", help="write 'passed failed skipped' there")
    chosen = parser.parse_args()
    for name in chosen.kernels:
        if name not in KERNELS:
            parser.error(f"unknown kernel '{name}'")
    totals = [0, 0, 0]
    with tempfile.TemporaryDirectory(prefix="coldprof-test-") as folder:
        initramfs = pathlib.Path(folder) / "initramfs"
        for name in chosen.kernels:
            try:
                if os.uname().machine != "x86_64":
                    raise Skip("only on x86-64")
                tool("qemu-system-x86_64")
                if not initramfs.exists():
                    make_initramfs(initramfs)
                numbers = try_kernel(name, initramfs, " ".join(
                    f"only={k}" for k in chosen.k))
            except Skip as reason:
                print(f"skip kernel {name}: {reason}", flush=True)
                numbers = [0, 0, 1]
            totals = [a + b for a, b in zip(totals, numbers)]
    print("kernel tests: %d passed, %d failed, %d skipped" % tuple(totals))
    if chosen.results:
        pathlib.Path(chosen.results).write_text("%d %d %d\n" % tuple(totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
