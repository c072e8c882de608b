# SPDX-License-Identifier: BSD-2-Clause
# Every task of the project. `make help` lists them.

VERSION := $(shell cat VERSION)
BUILD ?= build
CC := gcc
CLANG ?= clang
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
CLANG_FORMAT ?= clang-format-14

# The kernel's name of the target's processor, for kprobe registers.
TARGET_ARCH ?= $(shell uname -m | sed -e 's/x86_64/x86/' -e 's/aarch64/arm64/')

PACKAGES := $(shell sed -e 's/\#.*//' packages.txt)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wpointer-arith -Wwrite-strings -Wvla -Wconversion
ifneq ($(DEVELOPER),)
WARNINGS += -Werror
endif
CFLAGS ?= -O2 -g
LDLIBS := -lbpf -lelf -lz -ljansson -luv -lcap-ng
CPPFLAGS += -D_GNU_SOURCE -DIDLEWATCH_VERSION='"$(VERSION)"' -Ibpf -Isrc -isystem $(BUILD)
ALL_CFLAGS := -std=gnu11 $(WARNINGS) $(CFLAGS)

# STATIC=1 makes a binary that runs without any of the libraries installed.
ifneq ($(STATIC),)
LDFLAGS += -static
LDLIBS += -lpthread -ldl
endif

BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Ivmlinux -Ibpf

SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/%.o)
BPF_SOURCES := $(wildcard bpf/*.[ch]) vmlinux/vmlinux.h

.DEFAULT_GOAL := all
.PHONY: all run test demo deps help clean

all: $(BUILD)/idlewatch ## build idlewatch

run: deps ## install what is missing, build, watch this host
	@$(MAKE) --no-print-directory all
	$(BUILD)/idlewatch

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

deps: ## install the Debian packages that building and testing need
	@tools/deps.sh $(PACKAGES)

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

-include $(OBJECTS:.o=.d)

clean: ## remove what was built
	rm -rf $(BUILD)
