# fuzz.mk - the fuzzers: build/fuzz/build/fuzzers/NAME from tests/fuzz/fuzz_NAME.c

FUZZ_BUILD    := $(BUILD)/fuzz/build
# an empty list's first item is NULL + 0, which pointer-overflow calls an error
FUZZ_SANITIZERS := -fsanitize=address,undefined -fno-sanitize=pointer-overflow \
	-fno-sanitize-recover=all
FUZZ_PROGRAMS := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzzers/%,$(wildcard tests/fuzz/fuzz_*.c))

# A build of its own, as each sanitizer has. Where there is no libFuzzer, that is said.
fuzz:
	$(Q)ci/setup.sh --fuzz || :
	$(Q)if ci/setup.sh --fuzz --check 2>/dev/null; then \
		$(AS_USER) $(MAKE) --no-print-directory -j$(JOBS) BUILD=$(FUZZ_BUILD) CC=$(CLANG) \
			CFLAGS='-O1 -g' SANITIZE='-fsanitize=fuzzer-no-link $(FUZZ_SANITIZERS)' fuzzers && \
		$(AS_USER) env BUILD='$(BUILD)' tests/fuzz/run.sh $(FUZZ_BUILD)/fuzzers $(ARGS); \
	else \
		echo "fuzz: skipped: this clang has no libFuzzer"; \
	fi

fuzzers: $(FUZZ_PROGRAMS) $(BUILD)/fuzzers/seeds
.PHONY: fuzzers

# An archive: what a fuzzer brings itself is not taken from it.
$(BUILD)/fuzzers/profiler.a: $(filter-out $(BUILD)/obj/main.o,$(OBJECTS)) | $(BUILD)/fuzzers
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

FUZZ_COMPILE = $(CC) $(ALL_CFLAGS) -Itests $(LDFLAGS) $(filter %.c,$^) $(filter %.a,$^) $(LDLIBS) -o $@

$(BUILD)/fuzzers/%: tests/fuzz/fuzz_%.c tests/fuzz/quiet.c $(wildcard tests/fuzz/*.h) \
		$(BUILD)/fuzzers/profiler.a | $(BUILD)/fuzzers
	$(say) FUZZER $@
	$(Q)$(FUZZ_COMPILE) -fsanitize=fuzzer

$(BUILD)/fuzzers/seeds: tests/fuzz/seeds.c $(BUILD)/fuzzers/profiler.a | $(BUILD)/fuzzers
	$(say) FUZZER $@
	$(Q)$(FUZZ_COMPILE)

$(BUILD)/fuzzers:
	$(Q)mkdir -p $@
