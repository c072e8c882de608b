# SPDX-License-Identifier: BSD-2-Clause
# Every task of the project. `make help` lists them.

SUITES := lint unit cli net
VERSION := $(shell cat VERSION)
BUILD ?= build
CC := gcc
CLANG ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
CLANG_FORMAT ?= clang-format-14

# The kernel's name of the target's processor, for kprobe registers.
TARGET_ARCH ?= $(shell uname -m | sed -e 's/x86_64/x86/' -e 's/aarch64/arm64/')

# What building needs; what testing and the demo need besides.
PACKAGES := $(shell sed -e 's/\#.*//' packages.txt)
TEST_PACKAGES := $(shell sed -e 's/\#.*//' tests/packages.txt)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wpointer-arith -Wwrite-strings -Wvla -Wconversion
ifneq ($(DEVELOPER),)
WARNINGS += -Werror
endif
CFLAGS ?= -O2 -g
UV := uv
CPPFLAGS += -D_GNU_SOURCE -DIDLEWATCH_VERSION='"$(VERSION)"' -Ibpf -Isrc -isystem $(BUILD)
ALL_CFLAGS := -std=gnu11 $(WARNINGS) $(CFLAGS)

# STATIC=1 makes a binary that runs without any of the libraries installed.
ifneq ($(STATIC),)
LDFLAGS += -static
UV := uv_a
endif
LDLIBS := -lbpf -lelf -lz -ljansson -l$(UV) -lcap-ng -lpthread -ldl

BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Ivmlinux -Ibpf

SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/%.o)
BPF_SOURCES := $(wildcard bpf/*.[ch]) vmlinux/vmlinux.h

.DEFAULT_GOAL := all
.PHONY: all run test test-net test-unit lint demo deps deps-test help clean schema

all: $(BUILD)/idlewatch ## build idlewatch

run: deps ## install what is missing, build, watch this host
	@$(MAKE) --no-print-directory all
	$(BUILD)/idlewatch

test: deps-test ## install what is missing, build, run all tests
	@$(MAKE) --no-print-directory DEVELOPER=1 all $(BUILD)/tcpend unit-programs
	@tests/run.sh $(SUITES)

test-net: all $(BUILD)/tcpend ## scenarios in namespaces; S="story data" runs some
	@tests/net/run.sh $(S)

test-unit: unit-programs ## unit tests under sanitizers
	@tests/unit/run.sh

lint: ## the rules of the house
	@tests/lint/run.sh

demo: deps-test ## the story, played with a real OpenSSH in namespaces
	@$(MAKE) --no-print-directory all
	@demo/demo.sh

schema: all ## write docs/schema.json from the field registry
	$(BUILD)/idlewatch --schema >docs/schema.json

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

deps: ## install the Debian packages that building needs
	@tools/deps.sh $(PACKAGES)

deps-test: ## the same for the tests and the demo
	@tools/deps.sh $(PACKAGES) $(TEST_PACKAGES)

$(BUILD):
	mkdir -p $@

# --- kernel side ---

$(BUILD)/%.bpf.full.o: bpf/%.bpf.c $(BPF_SOURCES) | $(BUILD)
	$(CLANG) $(BPF_CFLAGS) -D__TARGET_ARCH_$(TARGET_ARCH) -c $< -o $@

$(BUILD)/%.bpf.o: $(BUILD)/%.bpf.full.o
	$(BPFTOOL) gen object $@ $<

$(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $*_bpf > $@.tmp
	mv $@.tmp $@

# --- user side ---

$(BUILD)/%.o: src/%.c | $(BUILD)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/kernel.o: $(BUILD)/idlewatch.skel.h

$(BUILD)/idlewatch: $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# --- unit tests: all of src/ that needs no kernel, under sanitizers ---

UNIT_FLAGS := -std=gnu11 $(WARNINGS) -g -O1 -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
NEED_KERNEL := main app kernel hz pids options netns icmp verify feeder outputs replay
UNIT_SOURCES := $(filter-out $(NEED_KERNEL:%=src/%.c),$(SOURCES))
UNIT_OBJECTS := $(UNIT_SOURCES:src/%.c=$(BUILD)/unit/%.o)
UNIT_PROGRAMS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

unit-programs: $(UNIT_PROGRAMS)
.PHONY: unit-programs

$(BUILD)/unit:
	mkdir -p $@

$(BUILD)/unit/%.o: src/%.c | $(BUILD)/unit
	$(CC) $(CPPFLAGS) $(UNIT_FLAGS) -MMD -MP -c $< -o $@

$(BUILD)/unit/test_%: tests/unit/test_%.c tests/unit/facts.h $(UNIT_OBJECTS)
	$(CC) $(CPPFLAGS) -Itests/unit $(UNIT_FLAGS) $< $(UNIT_OBJECTS) -lcmocka -ljansson -o $@

-include $(UNIT_OBJECTS:.o=.d)

# --- fuzzing: the reader of recordings, the engine and the outputs ---

FUZZ_SOURCES := $(UNIT_SOURCES)
fuzz-programs: $(BUILD)/fuzz/replay
.PHONY: fuzz-programs

$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_SOURCES) $(wildcard src/*.h) bpf/idlewatch.h
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all $< $(FUZZ_SOURCES) -ljansson -o $@

# One end of a test connection.
$(BUILD)/tcpend: tests/net/tcpend.c | $(BUILD)
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) $(LDFLAGS) $< -o $@

-include $(OBJECTS:.o=.d)

clean: ## remove what was built
	rm -rf $(BUILD)
