# SPDX-License-Identifier: BSD-2-Clause
# Every task of the project. `make help` lists them.

SUITES := lint unit cli replay both net vm fuzz
VERSION := $(shell cat VERSION)
BUILD ?= build
CPUS := $(shell nproc)
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
CPPFLAGS += -DIDLEWATCH_STATIC
UV := uv_a
endif
LDLIBS := -lbpf -lelf -lz -lzstd -lpcap -ljansson -l$(UV) -lcap-ng -lsqlite3 -lm -lpthread -ldl

BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Ivmlinux -Ibpf

SOURCES := $(wildcard src/*.c src/*/*.c)
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/%.o)
BPF_SOURCES := $(wildcard bpf/*.[ch]) vmlinux/vmlinux.h

.DEFAULT_GOAL := all
.PHONY: arm64 check-btf bench-quick bench-many coverage test-vm fuzz all run test test-net soak test-unit lint demo deps deps-test help clean schema

all: $(BUILD)/idlewatch ## build idlewatch

run: deps ## install what is missing, build, watch this host
	@$(MAKE) --no-print-directory -j$(CPUS) all
	$(BUILD)/idlewatch

test: deps-test ## install what is missing, build, run all tests
	@$(MAKE) --no-print-directory -j$(CPUS) DEVELOPER=1 all $(BUILD)/tcpend $(BUILD)/box $(BUILD)/classify \
		$(BUILD)/mates.bpf.o $(BUILD)/slow_close.bpf.o $(BUILD)/attach unit-programs fuzz-programs \
		$(BUILD)/tools/check-btf $(BUILD)/tools/vmlinux-surface.o $(BUILD)/bench/bench-quick
	@$(MAKE) --no-print-directory -j$(CPUS) DEVELOPER=1 STATIC=1 BUILD=$(BUILD)/static \
		all $(BUILD)/static/tcpend
	@tests/run.sh $(SUITES)

test-net: all $(BUILD)/tcpend $(BUILD)/box $(BUILD)/classify $(BUILD)/mates.bpf.o $(BUILD)/slow_close.bpf.o $(BUILD)/attach ## scenarios in namespaces; S="story data" runs some
	@tests/net/run.sh $(S)

soak: all $(BUILD)/tcpend $(BUILD)/box ## ten minutes of 500 living connections on a bad path: not a line
	@SOAK_CONNECTIONS=500 SOAK_SECONDS=600 SCENARIO_SECONDS=1200 BOXES=outside tests/net/run.sh soak

test-unit: unit-programs ## unit tests under sanitizers
	@tests/unit/run.sh

lint: ## the rules of the house
	@tests/lint/run.sh

demo: deps-test ## the story, played with a real OpenSSH in namespaces
	@$(MAKE) --no-print-directory -j$(CPUS) all
	@demo/demo.sh

check-btf: $(BUILD)/tools/check-btf $(BUILD)/tools/vmlinux-surface.o ## does this kernel have the types we use? BTF=FILE
	@$^ $(BTF)

bench-quick: $(BUILD)/bench/bench-quick ## what a received segment costs; half a minute, as root
	@$<

bench-many: all ## what 20,000 connections of one process cost; a minute, as root
	@unshare --net sh -c 'ip link set lo up; sysctl -qw net.ipv4.ip_local_port_range="1024 65000"; \
		exec /usr/bin/python3 tests/bench/many.py $(BUILD)/idlewatch 19900'

coverage: ## line coverage of the engine by the unit tests
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CFLAGS= UNIT_EXTRA=--coverage unit-programs
	@BUILD=$(BUILD)/coverage tests/unit/run.sh >/dev/null
	@cd $(BUILD)/coverage/unit && gcov -n engine/*.o 2>/dev/null | \
		sed -n "/^File 'src\/engine\/.*\.c'/{N;p}"

test-vm: ## scenarios on other kernels; K=6.12 runs one
	@$(MAKE) --no-print-directory $(BUILD)/tools/check-btf $(BUILD)/tools/vmlinux-surface.o \
		$(BUILD)/mates.bpf.o
	@$(MAKE) --no-print-directory STATIC=1 BUILD=$(BUILD)/static all $(BUILD)/static/tcpend
	@tests/vm/run.sh

arm64: ## compile the kernel side for arm64 (it is not run)
	@mkdir -p $(BUILD)/arm64
	@$(MAKE) --no-print-directory TARGET_ARCH=arm64 BUILD=$(BUILD)/arm64 $(BUILD)/arm64/idlewatch.bpf.o

fuzz: fuzz-programs ## fuzz the readers of recordings, lines and captures; FUZZ_SECONDS=60
	@tests/fuzz/run.sh

schema: all ## write docs/schema.json from the field registry
	$(BUILD)/idlewatch --schema >docs/schema.json

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

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

$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/kernel/*.c)): $(BUILD)/idlewatch.skel.h

$(BUILD)/idlewatch: $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# --- unit tests: the folders that need neither kernel nor event loop, under sanitizers ---

UNIT_FLAGS := -std=gnu11 $(WARNINGS) -g -O1 -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer $(UNIT_EXTRA)
UNIT_FOLDERS := base capture engine host store output ends
UNIT_LIBS := -ljansson -lpcap -lz -lzstd -lsqlite3
UNIT_SOURCES := $(wildcard $(UNIT_FOLDERS:%=src/%/*.c))
UNIT_OBJECTS := $(UNIT_SOURCES:src/%.c=$(BUILD)/unit/%.o)
UNIT_PROGRAMS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

unit-programs: $(UNIT_PROGRAMS)
.PHONY: unit-programs

$(BUILD)/unit/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(UNIT_FLAGS) -MMD -MP -c $< -o $@

# Each file of tests is a program of its own; the main() is the same.
$(BUILD)/unit/check.o: tests/unit/check.c tests/unit/check.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(UNIT_FLAGS) -c $< -o $@

$(BUILD)/unit/test_%: tests/unit/test_%.c $(wildcard tests/unit/*.h) $(BUILD)/unit/check.o $(UNIT_OBJECTS)
	$(CC) $(CPPFLAGS) -Itests/unit $(UNIT_FLAGS) $< $(BUILD)/unit/check.o $(UNIT_OBJECTS) \
		-lcmocka $(UNIT_LIBS) -o $@

.SECONDARY: $(UNIT_OBJECTS)
-include $(UNIT_OBJECTS:.o=.d)

# --- fuzzing: the same folders ---

FUZZ_FLAGS := -std=gnu11 -g -O1 -fno-sanitize-recover=all
FUZZ_OBJECTS := $(UNIT_SOURCES:src/%.c=$(BUILD)/fuzz/src/%.o)
FUZZ_PROGRAMS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))

fuzz-programs: $(FUZZ_PROGRAMS)
.PHONY: fuzz-programs

$(BUILD)/fuzz/src/%.o: src/%.c
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c $< -o $@

$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJECTS)
	$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined $^ $(UNIT_LIBS) -o $@

.SECONDARY: $(FUZZ_OBJECTS)
-include $(FUZZ_OBJECTS:.o=.d)

# --- does a kernel have the types that vmlinux.h names? ---

$(BUILD)/tools $(BUILD)/bench:
	mkdir -p $@

# All of vmlinux.h's types, whether a program uses them or not.
$(BUILD)/tools/vmlinux-surface.o: vmlinux/vmlinux.h tools/check_btf_surface.sed | $(BUILD)/tools
	$(CLANG) -target bpf -D__TARGET_ARCH_$(TARGET_ARCH) -E -P $< | \
		sed -f tools/check_btf_surface.sed | $(CLANG) $(BPF_CFLAGS) -x c - -c -o $@

$(BUILD)/tools/check-btf: tools/check_btf.c | $(BUILD)/tools
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) $(LDFLAGS) $< -lbpf -lelf -lz -o $@

# --- what a received segment costs ---

$(BUILD)/bench/quick.bpf.o: tests/bench/quick.bpf.c vmlinux/vmlinux.h | $(BUILD)/bench
	$(CLANG) $(BPF_CFLAGS) -D__TARGET_ARCH_$(TARGET_ARCH) -c $< -o $@

$(BUILD)/bench/quick.skel.h: $(BUILD)/bench/quick.bpf.o
	$(BPFTOOL) gen skeleton $< name quick_bpf > $@.tmp
	mv $@.tmp $@

$(BUILD)/bench/bench-quick: tests/bench/quick.c $(BUILD)/bench/quick.skel.h $(BUILD)/idlewatch.skel.h
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) $< -lbpf -lelf -lz -o $@

# What each segment of a capture is, to compare with tshark.
CLASSIFY_OBJECTS := $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/base/*.c src/capture/*.c))
$(BUILD)/classify: tests/both/classify.c $(CLASSIFY_OBJECTS)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) $^ $(UNIT_LIBS) -o $@

# Other programs in the kernel, for tests.
$(BUILD)/%.bpf.o: tests/bpf/%.bpf.c vmlinux/vmlinux.h | $(BUILD)
	$(CLANG) $(BPF_CFLAGS) -D__TARGET_ARCH_$(TARGET_ARCH) -c $< -o $@

# One end of a test connection.
$(BUILD)/tcpend: tests/net/tcpend.c | $(BUILD)
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) $(LDFLAGS) $< -o $@

$(BUILD)/attach: tests/bpf/attach.c | $(BUILD)
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) $(LDFLAGS) $< -lbpf -lelf -lz -o $@

# A box between two namespaces that the kernel cannot look into.
$(BUILD)/box: $(wildcard tests/net/box/*.c) $(wildcard tests/net/box/*.h) | $(BUILD)
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) $(LDFLAGS) $(filter %.c,$^) -o $@

-include $(OBJECTS:.o=.d)

clean: ## remove what was built
	rm -rf $(BUILD)
