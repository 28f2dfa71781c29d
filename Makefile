# SPDX-License-Identifier: BSD-3-Clause
# Builds, tests and installs rejoice. `make help` lists the targets.
#
# V=1 shows commands; SAN=1 builds with ASan and UBSan (in build-san/);
# CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR are yours.

VERSION := 0.1.0
PREFIX  ?= /usr/local
PKGS    := libbpf libpcap json-c zlib libcrypto libnghttp2
CLANG   ?= clang
BPFTOOL ?= $(or $(shell command -v bpftool 2>/dev/null),/usr/sbin/bpftool)
PYTHON  ?= /usr/bin/python3
Q       := $(if $(V),,@)
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

B := build$(if $(SAN),-san)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wconversion \
	-Wno-sign-conversion -Werror
# The user's CFLAGS come last and are never overwritten.
CFLAGS  ?= -O2 -g
RJ_CPPFLAGS = -Iinclude -Iuser -I. -I$(B) -D_GNU_SOURCE -DRJ_VERSION='"$(VERSION)"' -MMD -MP \
	$(shell pkg-config --cflags $(PKGS))
# Calls across files cost a sixth of the time of reading a capture. Objects are whole without it, too: for tests, and
# for whoever links the static library.
LTO := $(if $(SAN)$(findstring clang,$(CC)),,-flto=auto)
RJ_CFLAGS = -std=c11 -fPIC -fvisibility=hidden $(WARN) $(if $(SAN),$(SAN_FLAGS)) $(CFLAGS)
RJ_LDFLAGS = $(if $(SAN),$(SAN_FLAGS)) $(LDFLAGS)
# libcurl is loaded when it is wanted: of it headers alone are needed here
LIBS = $(shell pkg-config --libs $(PKGS)) -lpthread -ldl -lm

BPF_ARCH := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/;s/s390x/s390/')
# For another processor (tests/arch/run): BPF_ARCH, headers in SYSROOT, and BPF_TARGET=bpfeb where it is big-endian.
BPF_TARGET := bpf
SYSROOT :=
BPF_CFLAGS := -target $(BPF_TARGET) -std=gnu11 -g -O2 -I. -D__TARGET_ARCH_$(BPF_ARCH) \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror \
	$(addprefix -idirafter $(SYSROOT)/usr/include/,$(shell $(CC) -print-multiarch 2>/dev/null)) -MMD -MP

# Of -mcpu=v3 the atomics alone: with 32-bit registers the verifier loses bounds, and its patience.
FETCH_CFLAGS := -mcpu=v3 -Xclang -target-feature -Xclang -alu32 -DRJ_FETCH

LIB_SRC := $(sort $(wildcard user/core/*.c user/proto/*.c user/proto/*/*.c user/flow/*.c \
	user/features/*.c user/source/*.c user/enrich/*.c user/owner/*.c user/sink/*.c user/lib/*.c))
CLI_SRC := $(sort $(wildcard user/cli/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c tests/unit/*/*.c tests/unit/*/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(B)/%.o)
# The same source twice: for kernels from 5.10, and for those whose atomic additions say what was there (5.12).
SKELETONS := $(B)/bpf/flow.skel.h $(B)/bpf/flow_fetch.skel.h $(B)/bpf/owner.skel.h

.PHONY: all demo check check-kernels check-arch check-scale quick soak fuzz bench lint install uninstall clean help \
	setup-build setup-test setup-kernels setup-arch san
.DELETE_ON_ERROR:
.SECONDARY:

all: $(B)/rejoice $(B)/librejoice.a $(B)/librejoice.so $(B)/librejoice.pc

help:
	@echo 'make            build the program and the library (in build/)'
	@echo 'make demo       install what is missing, build, show the flows of a capture'
	@echo 'make check      the same set-up, then every test'
	@echo 'make check-kernels  the object on Debian kernels from 5.10 to the newest, in QEMU (without KVM very slow)'
	@echo 'make check-arch     built for s390x and arm64, unit tests and golden captures in QEMU'
	@echo 'make check-scale    live against read: all real captures, every way of attaching'
	@echo 'make install    into $$DESTDIR$$PREFIX ($(PREFIX)); make uninstall takes it back'
	@echo 'make soak       attach, drain and detach under load for SECONDS=600; memory flat, nothing left behind'
	@echo 'make fuzz       every fuzz target for MINUTES=1 each'
	@echo 'make bench      speed, as ratios to a baseline run beside it'
	@echo 'make lint       format, layers, banned calls, sizes'
	@echo 'make clean      remove build/'
	@echo 'V=1 shows commands, SAN=1 builds with sanitizers into build-san/'

setup-build:
	$(Q)tools/setup build
setup-test:
	$(Q)tools/setup test
setup-kernels:
	$(Q)tools/setup kernels
setup-arch:
	$(Q)tools/setup arch

demo: setup-build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tools/demo $(B)/rejoice

check: setup-test
	$(Q)tests/run

# Not part of check: they fetch hundreds of megabytes, and take long where kernels have to be emulated.
check-kernels: setup-kernels
	$(Q)$(MAKE) --no-print-directory all $(B)/tests/bpf/parity $(B)/tests/kernels/load $(B)/tests/kernels/talk
	$(Q)tests/kernels/run

check-arch: setup-arch
	$(Q)tests/arch/run

soak: setup-test
	$(Q)SOAK_SECONDS=$(or $(SECONDS),600) V=1 tests/run soak

# All of what check does a part of; takes some minutes.
check-scale: setup-test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/net/scale $(B)/rejoice all

fuzz: setup-test
	$(Q)tests/fuzz/run $(or $(MINUTES),1)

bench: setup-test
	$(Q)$(MAKE) --no-print-directory all $(B)/tests/perf/bpf_bench $(B)/tests/perf/memory \
		$(B)/tests/perf/connections
	$(Q)B=$(B) tests/perf/run

lint:
	$(Q)tools/lint

# --- the kernel side -------------------------------------------------------

$(B)/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	@echo '  BPF    $<'
	$(Q)$(CLANG) $(BPF_CFLAGS) -mcpu=v2 -MF $(@:.o=.d) -MT $@ -c $< -o $@.tmp
	$(Q)tools/check-object $@.tmp
	$(Q)mv $@.tmp $@

$(B)/bpf/%_fetch.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	@echo '  BPF    $< (fetching atomics)'
	$(Q)$(CLANG) $(BPF_CFLAGS) $(FETCH_CFLAGS) -MF $(@:.o=.d) -MT $@ -c $< -o $@.tmp
	$(Q)tools/check-object $@.tmp
	$(Q)mv $@.tmp $@

$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	@echo '  SKEL   $@'
	$(Q)$(BPFTOOL) gen skeleton $< name rj_$*_bpf > $@.tmp && mv $@.tmp $@

# --- the host side ---------------------------------------------------------

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo '  CC     $<'
	$(Q)$(CC) $(RJ_CPPFLAGS) $(LTO_FLAGS) $(RJ_CFLAGS) -c $< -o $@

$(LIB_OBJ) $(CLI_OBJ): LTO_FLAGS = $(if $(LTO),$(LTO) -ffat-lto-objects)

$(LIB_OBJ) $(UNIT_OBJ) $(B)/tests/bpf/parity.o $(B)/tests/bpf/filter.o $(B)/tests/kernels/load.o \
	$(B)/tests/perf/bpf_bench.o: | $(SKELETONS)

$(B)/librejoice.a: $(LIB_OBJ)
	@echo '  AR     $@'
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/librejoice.so: $(LIB_OBJ) user/lib/librejoice.map
	@echo '  LD     $@'
	$(Q)$(CC) $(LTO) $(RJ_CFLAGS) $(RJ_LDFLAGS) -shared -Wl,-soname,librejoice.so.0 \
		-Wl,--version-script=user/lib/librejoice.map -o $@ $(LIB_OBJ) $(LIBS)
	$(Q)ln -sf librejoice.so $(@D)/librejoice.so.0

PC_WORDS := 's|@PREFIX@|$(PREFIX)|;s|@VERSION@|$(VERSION)|;s|@PKGS@|$(PKGS)|'

$(B)/librejoice.pc: user/lib/librejoice.pc.in Makefile
	@mkdir -p $(@D)
	$(Q)sed $(PC_WORDS) $< > $@

$(B)/rejoice: $(CLI_OBJ) $(B)/librejoice.a
	@echo '  LD     $@'
	$(Q)$(CC) $(LTO) $(RJ_CFLAGS) $(RJ_LDFLAGS) -o $@ $^ $(LIBS)

# --- tests -----------------------------------------------------------------

$(B)/tests/unit/run: $(UNIT_OBJ) $(B)/librejoice.a
	@mkdir -p $(@D)
	@echo '  LD     $@'
	$(Q)$(CC) $(RJ_LDFLAGS) -o $@ $^ $(LIBS)

# Programs of one file each, against the library's inside.
$(B)/tests/%: $(B)/tests/%.o $(B)/librejoice.a
	@echo '  LD     $@'
	$(Q)$(CC) $(RJ_LDFLAGS) -o $@ $^ $(LIBS)

# The example is built as a user would: the public headers and the shared library alone.
$(B)/tests/example: tests/example/flows.c $(B)/librejoice.so include/rejoice/rejoice.h
	@mkdir -p $(@D)
	@echo '  CC     $<'
	$(Q)$(CC) -std=c11 -Wall -Wextra -Werror -Iinclude $(RJ_LDFLAGS) -o $@ $< -L$(B) -lrejoice \
		-Wl,-rpath,$(abspath $(B))

# --- installation ----------------------------------------------------------

DEST := $(DESTDIR)$(PREFIX)
INSTALLED := bin/rejoice bin/joy lib/librejoice.a lib/librejoice.so lib/librejoice.so.0 \
	lib/pkgconfig/librejoice.pc include/rejoice/rejoice.h include/rejoice/record.h \
	include/rejoice/fingerprint_db.h \
	share/rejoice/flow.schema.json share/rejoice/stats.schema.json \
	$(patsubst user/cli/man/%,share/man/man1/%,$(wildcard user/cli/man/*.1))

install: all
	$(Q)install -d $(addprefix $(DEST)/,bin lib/pkgconfig include/rejoice share/rejoice share/man/man1)
	$(Q)install -m 755 $(B)/rejoice $(DEST)/bin/
	$(Q)ln -sf rejoice $(DEST)/bin/joy
	$(Q)install -m 644 $(B)/librejoice.a $(DEST)/lib/
	$(Q)install -m 755 $(B)/librejoice.so $(DEST)/lib/librejoice.so.0
	$(Q)ln -sf librejoice.so.0 $(DEST)/lib/librejoice.so
	$(Q)sed $(PC_WORDS) user/lib/librejoice.pc.in > $(DEST)/lib/pkgconfig/librejoice.pc
	$(Q)install -m 644 $(wildcard include/rejoice/*.h) $(DEST)/include/rejoice/
	$(Q)install -m 644 include/rejoice/*.schema.json $(DEST)/share/rejoice/
	$(Q)install -m 644 $(wildcard user/cli/man/*.1) $(DEST)/share/man/man1/

uninstall:
	$(Q)rm -f $(addprefix $(DEST)/,$(INSTALLED))
	$(Q)rmdir $(DEST)/include/rejoice $(DEST)/share/rejoice 2>/dev/null || true

clean:
	$(Q)rm -rf build build-san build-fuzz

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(wildcard $(B)/bpf/*.d $(B)/tests/*/*.d)
