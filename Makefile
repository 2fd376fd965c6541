# make        lists the targets
# make demo   shows what Armonic is for
# make test   runs every test
#
# Go is all that is needed. The first use of a target downloads what it builds;
# lint, test and picture build their tools from tools/go.mod.

GO       ?= go
BIN      := bin/armonic
TOOL     := $(GO) tool -modfile=tools/go.mod
VERSION  ?= $(shell awk -F '[][]' '/^\#\# \[[0-9]/ { print $$2; exit }' CHANGELOG.md)
PREFIX   ?= /usr/local
ARCH     ?= $(shell $(GO) env GOARCH)
PACKAGES ?= bin
REPO     ?= bin/repo
FUZZTIME ?= 10s
FAULTTIME ?= 3h
COUNT    ?= 1
PKG      ?= ./...

# Packages whose tests run at once. Many wait for servers, terminals and hosts most of the
# time, or for a package before them that makes the first hosts.
PARALLEL ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))))

# What the pictures of the UI show: the size of the terminal, the command, and what is
# done before a picture is taken, or a frame of one that moves (see scripts/picture).
PICTURE      ?= docs/armonic.svg
PICTURE_SIZE ?= 110x30
PICTURE_RUN  ?= $(BIN) tui --demo --demo-pace 300ms
PICTURE_PLAN := wait:lb1 2 wait:Haproxy.start type:proxy Enter 'wait:Host for' Down Enter 'wait:0 of 5' Down Down Space Down Space Enter 'wait:READY' p 'wait:NotInstalled'
PICTURE_RUNS := $(PICTURE_PLAN) R 'wait:Run ' y 'wait:RUN'
PICTURE_DO   ?= wait:lb1 frame:2 2 wait:Haproxy.start type:proxy frame:2 Enter 'wait:Host for' Down Enter 'wait:0 of 5' \
	Down Down Space Down Space frame:2 Enter 'wait:READY' frame:3 p 'wait:NotInstalled' frame:4 R 'wait:Run ' frame:2 \
	y 'wait:4 of 19' frame:2 'wait:12 of 19' frame:2 'wait:DONE' frame:5

# The moments of docs/story.md, on the hosts of the demo.
STORY_ASK := wait:lb1 2 wait:Haproxy.start Enter 'wait:Host for' Down Enter 'wait:0 of 5' Down Down Space Down Space Enter \
	'wait:Which //get_website' Down Enter 'wait:web2 / get_website' Enter 'wait:Host for //MariaDB'
STORY_PLAN := $(STORY_ASK) Enter 'wait:1 missing' Enter wait:READY p 'wait:known and valid'
STORY_RUN  := $(STORY_PLAN) R 'wait:go back' y
STORY_DONE := $(STORY_RUN) wait:DONE

.DEFAULT_GOAL := help

ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
NEEDS_GO := $(shell GO='$(GO)' scripts/needs-go)
ifneq ($(NEEDS_GO),)
$(error $(NEEDS_GO))
endif
endif

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: build ## open the terminal UI on a small fleet of simulated hosts
	@$(BIN) tui --demo

.PHONY: build
build: ## build bin/armonic
	@test -e bin/armonic -o -e $(BIN) || echo 'building $(BIN): the first time Go fetches and compiles all of it, which takes a minute or two' >&2
	@CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=auto -ldflags '$(LDFLAGS) -X github.com/armonic/armonic/cli/inprocess.number=$(VERSION)' -o $(BIN) .

.PHONY: install
install: build ## install the program, manual pages and completions in PREFIX (/usr/local), below DESTDIR if given
	@scripts/install '$(DESTDIR)' '$(PREFIX)' $(BIN)

.PHONY: deb
deb: ## make the Debian packages armonic and armonic-agent, in PACKAGES (bin)
	@scripts/deb '$(VERSION)' '$(ARCH)' '$(PACKAGES)'

.PHONY: repo
repo: deb ## make an apt repository of them in REPO (bin/repo), signed with KEY, which gpg has
	@scripts/repo '$(REPO)' '$(KEY)' '$(PACKAGES)'/*_'$(VERSION)'_*.deb

.PHONY: test
test: ## run every test; as root, first install the programs that tests need
	@scripts/programs test $(if $(CI),test-servers)
	@$(TOOL) gotestsum --format standard-quiet $(TESTSUM) -- -p $(PARALLEL) -timeout 40m $(PKG)

.PHONY: test-servers
test-servers: ## run the tests that need XMPP servers with each of them: Prosody, ejabberd
	@scripts/programs test test-servers
	@ARMONIC_SERVERS=all $(GO) test -timeout 20m $$($(GO) list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | awk '/\/internal\/xmpptest[] ]/ { print $$1 }')

.PHONY: test-hosts
test-hosts: ## run the tests of the packages that use real Debian hosts (Debian 12, root)
	@scripts/programs test
	@ARMONIC_HOSTS=full $(GO) test -timeout 60m $$($(GO) list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | awk '/\/internal\/hosttest[] ]/ { print $$1 }')

.PHONY: test-story
test-story: ## tell what a WordPress on five real Debian hosts goes through (Debian 12, root)
	@scripts/programs test
	@$(GO) test -count 1 -v -timeout 30m ./internal/story

.PHONY: check
check: ## before each commit: gofmt, vet, the architecture, the quick tests
	@scripts/gofmt
	@$(GO) vet $(PKG)
	@$(GO) test -timeout 2m ./internal/archtest
	@$(GO) test -timeout 5m -short $(PKG)

.PHONY: lint
lint: ## run the linters of .golangci.yml
	@$(TOOL) golangci-lint run $(PKG)

.PHONY: race
race: ## run the quick tests under the race detector (needs a C compiler)
	@GORACE=atexit_sleep_ms=0 $(GO) test -race -short -p $(PARALLEL) -timeout 20m $(PKG)

.PHONY: golden
golden: ## write the golden files anew; look at the difference before committing it
	@scripts/golden

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (10s)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz

.PHONY: faults
faults: ## nightly: with each server, break networks, kill processes and attack agents for FAULTTIME (3h)
	@scripts/programs test test-servers
	@seed=$${ARMONIC_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "ARMONIC_SEED=$$seed"; \
	ARMONIC_SEED=$$seed ARMONIC_SERVERS=all ARMONIC_FAULTS_FOR=$(FAULTTIME) $(GO) test -count 1 -timeout 0 -run '^TestSchedules$$' ./xmpp

.PHONY: fuzz-hosts
fuzz-hosts: ## nightly: do random operations on a Debian host, kill agents and undo all, for FAULTTIME (3h; Debian 12, root)
	@scripts/programs test
	@seed=$${ARMONIC_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "ARMONIC_SEED=$$seed"; \
	ARMONIC_SEED=$$seed ARMONIC_RANDOM_FOR=$(FAULTTIME) $(GO) test -count 1 -timeout 0 -run '^TestRandomOperationsAreCompletedAndUndone$$' ./modules/actions

.PHONY: faults-story
faults-story: ## nightly: kill agents, operators and the server in each step of docs/story.md that matches STEPS, for FAULTTIME (3h; Debian 12, root)
	@scripts/programs test
	@seed=$${ARMONIC_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "ARMONIC_SEED=$$seed"; \
	ARMONIC_SEED=$$seed ARMONIC_FAULTS_FOR=$(FAULTTIME) ARMONIC_STEPS='$(STEPS)' $(GO) test -count 1 -v -timeout 0 ./internal/story

.PHONY: bench
bench: ## run the benchmarks COUNT times (1), in a form that benchstat reads
	@$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) $(PKG)

.PHONY: bench-xmpp
bench-xmpp: ## measure agents over real servers, beside bare stanzas and Ansible (10 minutes, root)
	@scripts/programs test test-servers bench-xmpp
	@ARMONIC_BENCH=full $(GO) test -count 1 -v -timeout 30m -run '^TestMeasured$$' ./internal/xmppbench

.PHONY: bench-hosts
bench-hosts: ## measure deployments on real Debian hosts, beside Ansible (15 minutes, Debian 12, root)
	@scripts/programs test bench-hosts
	@ARMONIC_BENCH=full $(GO) test -count 1 -v -timeout 60m -run '^TestMeasured$$' ./internal/hostbench

.PHONY: bench-tui
bench-tui: ## measure the terminal UI: keys, processor, memory on 500 hosts and 10,000 nodes (5 minutes)
	@scripts/programs test bench-tui
	@ARMONIC_BENCH=full $(if $(filter 0,$(shell id -u)),nice -n -10) $(GO) test -count 1 -v -timeout 30m -run '^TestMeasured$$' ./internal/tuibench

.PHONY: bench-web
bench-web: ## measure the web front end in a browser, on a fleet of 500 hosts with 100,000 lines (5 minutes)
	@scripts/programs test
	@ARMONIC_BENCH=full $(if $(filter 0,$(shell id -u)),nice -n -10) $(GO) test -count 1 -v -timeout 30m -run '^TestMeasured$$' ./web

.PHONY: bench-story
bench-story: ## measure a WordPress on four real Debian hosts, beside a playbook (5 minutes, Debian 12, root)
	@scripts/programs test bench-hosts bench-story
	@ARMONIC_BENCH=story $(GO) test -count 1 -v -timeout 30m -run '^TestMeasured$$' ./internal/hostbench

.PHONY: picture
picture: build ## draw the pictures of the UI in the README and in docs/tui.md from the program's own output
	@scripts/picture $(PICTURE) $(PICTURE_SIZE) '$(PICTURE_RUN)' $(PICTURE_DO)
	@scripts/picture docs/tui-plan.svg $(PICTURE_SIZE) '$(PICTURE_RUN)' $(PICTURE_PLAN)
	@scripts/picture docs/tui-run.svg $(PICTURE_SIZE) '$(PICTURE_RUN)' $(PICTURE_RUNS)

.PHONY: picture-story
picture-story: build ## draw the pictures of docs/story.md
	@scripts/picture docs/story/questions.svg 120x34 '$(PICTURE_RUN)' $(STORY_ASK)
	@scripts/picture docs/story/plan.svg 120x34 '$(PICTURE_RUN)' $(STORY_PLAN)
	@scripts/picture docs/story/run.svg 120x34 '$(PICTURE_RUN) --demo-pace 200ms' $(STORY_RUN) 'wait:wait ' 'wait:enter Configured'
	@scripts/picture docs/story/done.svg 120x34 '$(PICTURE_RUN) --demo-pace 0s' $(STORY_DONE)
	@scripts/picture docs/story/undone.svg 120x34 '$(PICTURE_RUN) --demo-pace 0s' $(STORY_DONE) B 'wait:take it back' y 'wait:ROLLED BACK'

.PHONY: clean
clean: ## remove what was built
	@rm -rf bin .cache
