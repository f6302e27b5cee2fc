# The table of contents: `make help`. Longer steps live in tools/.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.node/bin:$(CURDIR)/node_modules/.bin:$(PATH):/usr/local/sbin:/usr/sbin

MODULE ?= examples/customer-tools/server.ts
URL ?= http://127.0.0.1:3000/mcp
OLDER ?= HEAD~1
TYPE_PROJECTS = packages/anypod/tsconfig.core.json packages/anypod/tsconfig.test.json tools bench test $(wildcard examples/*/tsconfig.json)
INSTALLED = node_modules/.package-lock.json
# One vitest project; its JSON report is what tools/test.ts counts.
VITEST = vitest run --project $(1) --reporter=default --reporter=json --outputFile.json=test-results/$(1).json

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Use

.PHONY: run client build
run: build ## Serve the example on http://127.0.0.1:3000/mcp (MODULE=your-server.ts for your own)
	exec node packages/anypod/bin/anypod.js serve $(MODULE)

client: $(INSTALLED) ## The plain official client against it (URL=http://127.0.0.1:3000/mcp)
	node examples/client/client.ts $(URL)

build: $(INSTALLED) ## Compile the package into packages/anypod/dist
	tsc -b packages/anypod

## Test

.PHONY: test test-unit test-contract test-cluster test-conformance test-chaos test-repo conformance chaos clients leak bench
test: build services ## Everything a change must pass, with a count as the last line
	node tools/test.ts

test-unit: build ## Fast tests beside the source, no sockets needed
	$(call VITEST,unit)

test-contract: build services ## The ports' contract on memory, Redis and Redis Cluster
	$(call VITEST,contract)

test-cluster: build services ## Several processes, Redis, haproxy and nginx without affinity
	$(call VITEST,cluster)

test-conformance: build services ## The official suites on two pods behind round robin
	$(call VITEST,conformance)

test-chaos: build services ## Cuts, drains, killed pods and a failing Redis under a constant load, in short
	$(call VITEST,chaos)

test-repo: build ## The repository's promises about itself: layers, settings, README
	$(call VITEST,repo)

conformance: build services ## The official suites on one pod, two round robin, three random
	node test/conformance/run.ts

chaos: build services ## The same at full length, and pods of two versions (OLDER=HEAD~1)
	node test/chaos/run.ts $(OLDER)

clients: build services ## Old official clients through the balancer
	node test/clients/run.ts

leak: build services ## Thousands of sessions and cancelled calls; everything returns to its baseline
	node test/leak/run.ts

bench: build services ## CPU and requests per second beside bare node:http and the SDK's transports
	node bench/main.ts

## Check

.PHONY: verify lint types unused package generated format
verify: lint types unused package generated ## Lint, layers, types, unused code, packaging, generated files

lint: $(INSTALLED) ## Biome (format, lint, layers) and oxlint (forgotten promises)
	biome check --error-on-warnings .
	oxlint --type-aware --deny-warnings

types: build ## Type-check what the build leaves out: tests, tools, examples; core without Node's types
	$(foreach project,$(TYPE_PROJECTS),tsc -p $(project) &&) true

unused: build ## Files, exports and dependencies that nothing uses
	knip

package: build ## What npm would publish
	publint --strict packages/anypod

generated: $(INSTALLED) ## Generated files match their sources
	node tools/embed-lua.ts --check

format: $(INSTALLED) ## Rewrite files the way `make lint` wants them
	biome check --write .

## Set up

.PHONY: install services clean
install: $(INSTALLED) services ## Node 24, npm packages, redis-server, haproxy and nginx; every target does its own part

$(INSTALLED): package-lock.json .node/ready
	tools/setup-packages.sh

.node/ready:
	tools/setup-node.sh

services:
	@tools/setup-services.sh

clean: ## Remove everything that was built or fetched
	rm -rf node_modules packages/*/dist packages/*/*.tsbuildinfo test-results .node test/clients/node_modules
