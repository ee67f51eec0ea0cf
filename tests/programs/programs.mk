# programs.mk - the small programs that the system tests profile: build/programs/NAME from tests/programs/NAME.c

PROGRAMS := $(patsubst tests/programs/%.c,$(BUILD)/programs/%,$(wildcard tests/programs/*.c))

programs: $(PROGRAMS)
.PHONY: programs

# These are started where no library but their own should count: alone in memory, quick to main.
STATIC_PROGRAMS := memory_idle hold sleeper clock_child
$(STATIC_PROGRAMS:%=$(BUILD)/programs/%): PROGRAM_FLAGS := -static

$(BUILD)/programs/%: tests/programs/%.c tests/programs/program.h | $(BUILD)/programs
	$(say) PROGRAM $@
	$(Q)$(CC) -std=gnu11 -O1 -g $(WARN) -D_GNU_SOURCE $(PROGRAM_FLAGS) $< -pthread -o $@

$(BUILD)/programs:
	$(Q)mkdir -p $@
