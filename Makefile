# coldprof - `make` builds build/coldprof; `make run`, `make test` set up what they need first.

VERSION   := 0.1.0
PREFIX    ?= /usr/local
BUILD     ?= build
CC        ?= gcc
CLANG     ?= clang
BPFTOOL   ?= $(shell ci/find-bpftool.sh)
ARCH      := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
JOBS      ?= $(shell nproc)
PACKAGES  := libbpf libelf libcjson yajl libcurl zlib libseccomp

# Under sudo the checkout stays the caller's: build as that user, root only where it is needed.
AS_USER := $(if $(filter-out root,$(SUDO_USER)),sudo -u $(SUDO_USER) -H --,)
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

WARN    := -Wall -Wextra -Werror
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) -D_GNU_SOURCE -DCOLDPROF_VERSION='"$(VERSION)"' \
	-DCOLDPROF_PREFIX='"$(PREFIX)"' -iquote . -idirafter profiler -iquote bpf -I$(BUILD)/bpf $(SANITIZE) \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LDLIBS   = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm -lpthread
# BPF_PROG hands every program a context argument: few use it
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g $(WARN) -Wno-unused-parameter -D__TARGET_ARCH_$(ARCH) -Ibpf \
	$(if $(MULTIARCH),-I/usr/include/$(MULTIARCH))

SOURCES   := $(wildcard profiler/*.c)
OBJECTS   := $(SOURCES:profiler/%.c=$(BUILD)/obj/%.o)
BPF_OBJS  := $(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.bpf.o,$(wildcard bpf/*.bpf.c))
SKELETON  := $(BUILD)/bpf/coldprof.skel.h
UNITS     := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s %s\n'
endif

.PHONY: all setup setup-tests run test test-all unit units system checkers test-kernels bench \
	fuzz lint install uninstall clean
.DELETE_ON_ERROR:
.SECONDARY:

# librdkafka has a broker for tests inside: what workloads with Kafka run on. Without it they can't.
KAFKA_MOCK := $(if $(shell pkg-config --exists rdkafka && echo y),$(BUILD)/kafka-mock)

all: $(BUILD)/coldprof $(KAFKA_MOCK)

$(BUILD)/kafka-mock: tools/kafka_mock.c | $(BUILD)/obj
	$(say) CC $@
	$(Q)$(CC) -std=gnu11 $(WARN) $(CFLAGS) -D_GNU_SOURCE $< $(LDFLAGS) $$(pkg-config --cflags --libs rdkafka) -o $@

$(BUILD)/coldprof: $(OBJECTS)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(BUILD)/obj/%.o: profiler/%.c $(SKELETON) | $(BUILD)/obj
	$(say) CC $@
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c | $(BUILD)/bpf
	$(say) BPF $@
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

# main.bpf.o first: the linker wants a map's definition before its users
$(BUILD)/bpf/coldprof.o: $(BPF_OBJS)
	$(say) LINKBPF $@
	$(Q)$(BPFTOOL) gen object $@ $(BUILD)/bpf/main.bpf.o $(filter-out %/main.bpf.o,$^)

$(SKELETON): $(BUILD)/bpf/coldprof.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name coldprof_bpf > $@

$(BUILD)/tests/test_%: tests/test_%.c $(filter-out $(BUILD)/obj/main.o,$(OBJECTS)) | $(BUILD)/tests
	$(say) TEST $@
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP $(LDFLAGS) $(filter %.c %.o,$^) $(LDLIBS) -lcmocka -o $@

$(BUILD)/obj $(BUILD)/bpf $(BUILD)/tests:
	$(Q)mkdir -p $@

-include $(wildcard $(BUILD)/obj/*.d $(BUILD)/bpf/*.d $(BUILD)/tests/*.d)

setup:
	$(Q)ci/setup.sh

run: setup
	$(Q)$(AS_USER) $(MAKE) --no-print-directory -j$(JOBS) all
	$(Q)$(AS_ROOT) $(BUILD)/coldprof run

unit: $(UNITS)
	$(Q)tests/run-units.sh $(UNITS)

include tests/programs/programs.mk
include tests/fuzz/fuzz.mk

units: $(UNITS)

system: all programs checkers
	$(Q)tests/system/run.py

# Others' schemas and linters; the tests that need them are skipped where they can't be had.
checkers:
	$(Q)tests/checkers/prepare.sh $(BUILD)/checkers || :

test-kernels: all programs
	$(Q)tests/kernels/run.py

$(BUILD)/bench/clock: tests/bench/clock.c
	$(say) PROGRAM $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 $(WARN) -D_GNU_SOURCE $< -o $@

# What tracing costs, against its peers: make bench ARGS='--rounds 30 --json FILE'
bench:
	$(Q)$(AS_USER) $(MAKE) --no-print-directory all $(BUILD)/programs/storm $(BUILD)/bench/clock
	$(Q)$(AS_ROOT) env BUILD='$(BUILD)' PYTHONDONTWRITEBYTECODE=1 tests/bench/bench.py $(ARGS)

# Built as who called sudo, run as root. tests/run-all.sh ends with one line of totals.
SANITIZERS := -fsanitize=address,undefined -fno-omit-frame-pointer
test test-all: setup-tests
	$(Q)$(AS_USER) $(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD) all units programs \
		checkers
	$(Q)$(AS_USER) $(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/asan \
		SANITIZE='$(SANITIZERS)' CFLAGS='-O1 -g' units
	$(Q)$(AS_USER) $(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/clang CC=clang all
	$(Q)$(AS_ROOT) tests/run-all.sh $(if $(filter test-all,$@),--all) $(BUILD)

setup-tests:
	$(Q)ci/setup.sh --test

# A check whose tool is not to be had is skipped. One check: make lint ARGS=format
lint:
	$(Q)ci/setup.sh --lint || :
	$(Q)$(AS_USER) $(MAKE) -s --no-print-directory $(SKELETON)
	$(Q)$(AS_USER) env BUILD='$(BUILD)' ci/lint.sh $(ARGS) -- $(ALL_CFLAGS)

SHARE = $(DESTDIR)$(PREFIX)/share

# Under sudo the build stays the caller's; a package build (DESTDIR) installs no packages.
install: $(if $(DESTDIR),,setup)
	$(Q)$(AS_USER) $(MAKE) --no-print-directory all BUILD='$(BUILD)' PREFIX='$(PREFIX)'
	$(say) INSTALL $(DESTDIR)$(PREFIX)
	$(Q)install -D -m 755 $(BUILD)/coldprof $(DESTDIR)$(PREFIX)/bin/coldprof
	$(if $(KAFKA_MOCK),$(Q)install -D -m 755 $(KAFKA_MOCK) $(DESTDIR)$(PREFIX)/libexec/coldprof/kafka-mock)
	$(Q)rm -rf $(SHARE)/coldprof
	$(Q)find runtimes reports/schema share/module_hook.js ci/README.md ci/github ci/gitlab \
		\( -name node_modules -o -name __pycache__ -o -name '.?*' \) \
		-prune -o -type f -exec sh -c 'install -D -m 644 "$$1" "$$0/$$1"' $(SHARE)/coldprof {} \;
	$(Q)install -D -m 755 -t $(SHARE)/coldprof/ci ci/gate.sh ci/comment.py
	$(Q)install -D -m 644 share/coldprof.1 $(SHARE)/man/man1/coldprof.1
	$(Q)install -D -m 644 share/coldprof.bash $(SHARE)/bash-completion/completions/coldprof

uninstall:
	$(say) REMOVE $(DESTDIR)$(PREFIX)
	$(Q)rm -f $(DESTDIR)$(PREFIX)/bin/coldprof $(SHARE)/man/man1/coldprof.1 \
		$(SHARE)/bash-completion/completions/coldprof
	$(Q)rm -rf $(SHARE)/coldprof $(DESTDIR)$(PREFIX)/libexec/coldprof

clean:
	$(Q)rm -rf $(BUILD)
