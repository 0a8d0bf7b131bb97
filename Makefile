# Martlet: everything a fresh Debian 12 machine with Swift 6.3 needs, from packages to a running demonstration.
# Targets install what they lack from Debian, as root or through sudo, and say what.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

SWIFT ?= swift
OUT := $(CURDIR)/out
# Parallel make would run two Swift builds at once, and two are slower than one after the other.
.NOTPARALLEL:

# What the package compiles and links with, and what the tests and the demonstration run. Of chrony, docker-registry, Kea,
# lldpd and Open vSwitch the tests run the programs only; on a machine with systemd their packages start services, which
# may be disabled.
BUILD_PACKAGES := binutils curl git jq libblkid-dev libbz2-dev liblz4-dev liblzma-dev libyaml-dev libzstd-dev pkg-config \
    uuid-dev zlib1g-dev
LAB_PACKAGES := apache2-utils btrfs-progs busybox-static bzip2 ca-certificates chrony cpio dnsmasq-base docker-registry \
    dosfstools e2fsprogs fdisk gdisk gpg gpg-agent gpgv grub-common iproute2 iputils-ping ipxe-qemu kea-dhcp4-server kmod \
    lbzip2 lldpd lvm2 lz4 mdadm minisign mtools nftables openssl openvswitch-switch ovmf pbzip2 pigz qemu-system-x86 \
    qemu-utils tinyproxy-bin util-linux xfsprogs xorriso xz-utils zstd
INSTALL := source initrd/debian.sh && install_packages

AGENT_FLAGS := -c release --scratch-path .build/static --product martlet-init -Xswiftc -static-executable \
    -Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -Os -Xcc -ffunction-sections \
    -Xcc -fdata-sections -Xlinker --gc-sections -Xswiftc -use-ld=bfd -Xlinker -T -Xlinker $(CURDIR)/initrd/agent.ld
AGENT_BUILT := .build/static/release/martlet-init
# Building an initramfs is compression, which is C: the debug build that the tests use does it as fast as a release one.
BUILDER := .build/debug/martlet
LISTS := $(wildcard kernel-modules/*.list)
INITRD_SOURCES := $(wildcard Sources/InitrdBuild/*.swift Sources/CPIOArchive/*.swift Sources/KernelModules/*.swift)

.PHONY: help
help:
	@echo 'make demo     a QEMU machine from power-on to the login prompt of a Debian that the agent wrote'
	@echo 'make test     lint, build everything, and run all tests, those in virtual machines included'
	@echo 'make soak     the long test matrices'
	@echo 'make fuzz     fuzzes every parser of bytes from outside, FUZZ_SECONDS (20) each'
	@echo 'make initrd   out/vmlinuz, out/initramfs.img (lab), out/vmlinuz-server, out/initramfs-server.img'
	@echo 'make iso      out/martlet.efi and out/martlet.iso'
	@echo 'make images   the guests of the tests: out/images/{debian,fedora,tiny}.raw'
	@echo 'make martlet  .build/release/martlet, the program for the operator'
	@echo 'make bench    write speed against curl and dd, and the time from PID 1 to lease and INIT'
	@echo 'make lint     source format, scripts, and the Foundation gate'
	@echo 'make format   formats the Swift sources'
	@echo 'make deps     installs what a build needs'

.PHONY: deps
deps:
	@$(INSTALL) $(BUILD_PACKAGES)
	@initrd/build-isal.sh

.PHONY: lab-deps
lab-deps:
	@$(INSTALL) $(LAB_PACKAGES)

# The executables. Swift's own build decides what is out of date.
.PHONY: martlet
martlet: deps
	$(SWIFT) build -c release --product martlet

.PHONY: builder
builder: deps
	$(SWIFT) build --product martlet

.PHONY: agent
agent: deps
	$(SWIFT) build $(AGENT_FLAGS)
	@mkdir -p $(OUT)
	strip -o $(OUT)/martlet-init.new $(AGENT_BUILT)
	@cmp -s $(OUT)/martlet-init.new $(OUT)/martlet-init && rm $(OUT)/martlet-init.new \
	    || mv $(OUT)/martlet-init.new $(OUT)/martlet-init

.PHONY: initrd
initrd: builder agent
	@$(MAKE) --no-print-directory $(OUT)/.initrd-built

# Compressing both images takes a minute or two, so they are made again only when what is in them has changed.
$(OUT)/.initrd-built: $(OUT)/martlet-init $(LISTS) $(INITRD_SOURCES) initrd/build.sh initrd/fetch-kernel.sh \
    initrd/fetch-firmware.sh initrd/debian.sh
	MARTLET=$(CURDIR)/$(BUILDER) initrd/build.sh
	@touch $@

.PHONY: iso
iso: initrd
	@$(MAKE) --no-print-directory $(OUT)/martlet.iso

$(OUT)/martlet.iso: $(OUT)/.initrd-built initrd/build-uki.sh initrd/build-iso.sh initrd/os-release
	initrd/build-uki.sh
	initrd/build-iso.sh

.PHONY: images
images: $(OUT)/images/tiny.raw $(OUT)/images/fedora.raw $(OUT)/images/debian.raw

# Each script leaves an image that is there alone.
BUSYBOX_GUEST := initrd/images/disk.sh initrd/images/busybox.sh $(wildcard initrd/images/tiny-*)

$(OUT)/images/tiny.raw: initrd/images/tiny.sh $(BUSYBOX_GUEST)
	@rm -f $@
	initrd/images/tiny.sh

$(OUT)/images/fedora.raw: initrd/images/fedora.sh $(BUSYBOX_GUEST)
	@rm -f $@
	initrd/images/fedora.sh

$(OUT)/images/debian.raw: initrd/images/debian.sh initrd/images/disk.sh
	@rm -f $@
	initrd/images/debian.sh

.PHONY: check-agent
check-agent: initrd
	@initrd/check-agent.sh
	@initrd/foundation-gate.sh $(AGENT_BUILT)

.PHONY: lint
lint: deps
	@$(INSTALL) shellcheck
	$(SWIFT) format lint --strict --configuration .swift-format -r Package.swift Sources Tests
	shellcheck -S warning -x -P SCRIPTDIR initrd/*.sh initrd/images/*.sh Tests/Bench/*.sh Tests/Fuzz/fuzz.sh .ci/run
	@initrd/foundation-gate.sh

.PHONY: format
format:
	$(SWIFT) format -i --configuration .swift-format -r Package.swift Sources Tests

# Runs built tests and keeps what they print; failures are printed once more at the end, where they are looked for.
run-tests = $(SWIFT) test --skip-build $(2) 2>&1 | tee $(OUT)/$(1) || \
    { echo; echo 'failed:'; grep -E '✘|: error:|Fatal error|recorded an issue' $(OUT)/$(1) | tail -n 60; exit 1; }

# One test at a time: many of them block a thread, and two cores have few. The laboratory runs two machines at once.
.PHONY: test
test: lint lab-deps
	$(SWIFT) build --build-tests
	@$(MAKE) --no-print-directory initrd check-agent iso images
	@mkdir -p $(OUT)
	@$(call run-tests,test.log,--no-parallel --skip ^VMTests --skip Soak)
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),5) Tests/Fuzz/fuzz.sh
	@$(call run-tests,vm-test.log,--filter ^VMTests --skip Soak)
	@! grep -E '(Test|Suite) .* skipped' $(OUT)/test.log $(OUT)/vm-test.log || { echo 'a test was skipped'; exit 1; }

.PHONY: soak
soak: lab-deps initrd iso images
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --filter Soak

# libFuzzer comes with the Swift toolchain.
.PHONY: fuzz
fuzz: deps
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),20) Tests/Fuzz/fuzz.sh

.PHONY: demo
demo: lab-deps initrd images
	$(SWIFT) run lab demo

# Programs to compare with that Debian does not have.
PEERS := $(CURDIR)/.build/bench-peers
.PHONY: bench
bench: lab-deps initrd images
	@$(INSTALL) bmap-tools busybox-static isal lz4 openssl pbzip2 pigz python3-venv time
	@[ -e $(PEERS)/installed ] || { python3 -m venv $(PEERS) \
	    && $(PEERS)/bin/pip install -q ironic-python-agent==13.0.0 rapidgzip==0.16.2 && touch $(PEERS)/installed; } \
	    || echo 'PyPI cannot be reached: two peers are left out'
	$(SWIFT) build $(filter-out --product martlet-init,$(AGENT_FLAGS)) --product martlet
	@PEERS=$(PEERS) Tests/Bench/bench-write.sh $(OUT)/images/debian.raw .build/static/release/martlet
	$(SWIFT) run lab bench
