# `make help` lists the targets. Longer steps are in tools/.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.node/bin:$(CURDIR)/node_modules/.bin:$(PATH):$(CURDIR)/.k6:/usr/local/sbin:/usr/sbin

MODULE ?= examples/customer-tools/server.ts
URL ?= http://127.0.0.1:3000/mcp
ERA ?= auto
YEARS ?= 5
OLDER ?= HEAD~1
IMAGE ?= anypod
TAG ?= dev
PROFILE ?= smoke
ROUNDS ?= 5
COUNT ?= 1000000
SECONDS ?= 3600
SEED ?=
TYPE_PROJECTS = . loadtest packages/anypod/tsconfig.core.json
INSTALLED = node_modules/.package-lock.json
# Runs one vitest project. tools/test.ts counts the tests in its JSON report. The pods that the tests start share Node's compile cache.
VITEST = NODE_COMPILE_CACHE=$(CURDIR)/node_modules/.cache/node vitest run --project $(1) --reporter=default --reporter=json --outputFile.json=test-results/$(1).json

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Use

.PHONY: run run-auth client client-auth build image e2e-image
run: build ## Serve the example on http://127.0.0.1:3000/mcp (MODULE=your-server.ts for your own)
	exec node packages/anypod/bin/anypod.js serve $(MODULE)

run-auth: build ## Serve the example with authorization, beside an authorization server for development on http://127.0.0.1:9000
	node services/auth-server/src/main.ts --scope mcp --scope reports:read & trap "kill $$!" EXIT; \
	ANYPOD_PUBLIC_URL=http://127.0.0.1:3000/mcp ANYPOD_AUTH_ISSUERS=http://127.0.0.1:9000 ANYPOD_AUTH_SCOPES=mcp \
	ANYPOD_AUTH='{"scopes":{"tools":{"generate_report":["reports:read"]}}}' \
	node packages/anypod/bin/anypod.js serve $(MODULE)

client-auth: $(INSTALLED) ## Run the official client against it: it registers, logs in, calls, and steps up
	node examples/auth-client/client.ts $(URL)

client: $(INSTALLED) ## Run the official client against a server (URL=http://127.0.0.1:3000/mcp ERA=legacy YEARS=0)
	node examples/client/client.ts $(URL) --era $(ERA) --years $(YEARS)

build: $(INSTALLED) ## Compile the packages into packages/*/dist
	cd packages/anypod && node --run build
	tsc -b packages/create-anypod
	tsc -b services/console
	tsc -b services/mcp-server

image: .node/ready ## Build the container image IMAGE:TAG (IMAGE=anypod TAG=dev); needs Docker
	tools/build-image.sh $(IMAGE):$(TAG)

e2e-image: image ## Build the two images for the cluster tests (LOAD_IMAGES='kind load docker-image' loads them into the nodes)
	tools/build-e2e-image.sh $(IMAGE):$(TAG) anypod-e2e

## Test

.PHONY: test test-files test-unit test-contract test-redis-kin test-cluster test-service test-faults test-hostile test-conformance test-chaos test-chart test-chart-cluster chart-snapshot test-repo test-image conformance chaos e2e-k8s clients test-clients abuse leak bench bench-auth bench-older bench-peers loadtest loadtest-docket k6 fuzz timing bench-payload test-idp test-migration first-call networks test-serverless test-runtimes test-observability test-console console-docs test-doctor
test: build services ## Run all tests that a change must pass; the last line has the count (ONLY=cluster,lint or ONLY=test/cluster/resume.test.ts)
	node tools/test.ts --only "$(ONLY)"

test-files: build services # For ONLY=<file>
	vitest run $(FILES) --reporter=default --reporter=json --outputFile.json=test-results/files.json

test-unit: build ## Run the fast tests next to the source, without sockets
	$(call VITEST,unit)

test-contract: build services ## Test the contract of the ports on memory, Redis and Redis Cluster
	$(call VITEST,contract)

test-redis-kin: build services ## Test the same contract on Redis 7, Redis 8 and Valkey, of Debian's packages (KIND=valkey for one)
	tools/test-redis-kin.sh

test-cluster: build services ## Test several processes with Redis, haproxy and nginx, without affinity
	$(call VITEST,cluster)

test-service: build services ## Test the commands, the start and the settings of the service, the examples, and abuse
	$(call VITEST,service)

test-doctor: build services .doctor/ready ## Test the doctor at servers of others; needs Python 3.10 with venv
	vitest run --project service test/cluster/doctor-others.test.ts

test-faults: build services ## Test pods that go and connections that are cut, on the same processes
	$(call VITEST,faults)

test-hostile: build services ## Test servers whose code harms their pod
	$(call VITEST,hostile)

test-conformance: build services ## Run the official suites on two pods behind round robin
	$(call VITEST,conformance)

test-idp: build services ## Run the flows of client-auth against Keycloak and Ory Hydra; fetches 180 MB and builds Hydra: needs Java 17, mvn, unzip, Go and a C compiler
	tools/setup-idp.sh
	$(call VITEST,idp)

test-image: build test/image/node_modules ## Test the image of `make image`: two containers and Redis, signals, limits; needs Docker
	tsc -p test/image
	TESTCONTAINERS_RYUK_DISABLED=$${TESTCONTAINERS_RYUK_DISABLED:-true} ANYPOD_IMAGE=$(IMAGE):$(TAG) $(call VITEST,image)

test/image/node_modules: test/image/package-lock.json
	npm ci --prefix test/image --ignore-scripts
	touch $@

test-serverless: build services test/serverless/node_modules test/serverless/.rie/aws-lambda-rie ## Test the serverless examples on the local runtimes of their platforms, and kill invocations; needs Go and cmake
	tsc -p test/serverless
	$(call VITEST,serverless)

test/serverless/node_modules: test/serverless/package-lock.json
	npm ci --prefix test/serverless --ignore-scripts
	npm rebuild --prefix test/serverless aws-lambda-ric # Compiles Lambda's client of its runtime, with cmake.
	touch $@

test/serverless/.rie/aws-lambda-rie:
	@command -v go >/dev/null || { echo 'setup: the runtime interface emulator of AWS Lambda is built with Go, which is not on PATH. Install Go and try again.' >&2; exit 1; }
	GOBIN=$(CURDIR)/$(@D) CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d

test-runtimes: build services test/runtimes/node_modules ## Test a pod on Node 22.18, 24 and 26, on Bun and on Deno, beside a pod on this Node
	tsc -p test/runtimes
	$(call VITEST,runtimes)
	for node in 22 26; do test/runtimes/node_modules/node-$$node/bin/node node_modules/vitest/vitest.mjs run --project unit; done

test/runtimes/node_modules: test/runtimes/package-lock.json
	npm ci --prefix test/runtimes --ignore-scripts
	touch $@

test-console: build services test/console/node_modules ## Test the console in Chromium, over three pods: axe, keyboard, desktop and phone, light and dark
	tools/setup-chromium.sh
	tsc -p test/console
	$(call VITEST,console)

console-docs: build services test/console/node_modules ## Make the pictures of docs/console.md
	tools/setup-chromium.sh
	CONSOLE_DOCS=write $(call VITEST,console)

test/console/node_modules: test/console/package-lock.json
	npm ci --prefix test/console --ignore-scripts
	touch $@

test-chaos: build services ## Test cuts, drains, killed pods and a failing Redis under constant load, in a short run
	$(call VITEST,chaos)

test-chart: $(INSTALLED) services .helm/4/ready .helm/3/ready ## Test the Helm chart: one case per value, and the schema of every object
	$(call VITEST,chart)

test-observability: build services ## Test the alerts with promtool, and every query of the dashboard on a Prometheus that scrapes pods
	@tools/setup-prometheus.sh
	$(call VITEST,observability)

test-chart-cluster: build .helm/4/ready .helm/3/ready ## Test the chart on the cluster of KUBECONFIG, which needs IMAGE:TAG and redis:7; LOAD_IMAGES='kind load docker-image' also tests a new project on it
	ANYPOD_IMAGE=$(IMAGE):$(TAG) $(call VITEST,chart-cluster)

chart-snapshot: $(INSTALLED) .helm/4/ready .helm/3/ready ## Update the snapshot of the chart's default rendering
	vitest run test/chart/defaults.test.ts --project chart --testNamePattern snapshot --update

test-repo: build ## Check the repository itself: layers, settings, README
	$(call VITEST,repo)

conformance: build services ## Run the official suites on one pod, two round robin, and three random
	node test/conformance/run.ts

chaos: build services ## Run test-chaos at full length, also with pods of two versions (OLDER=HEAD~1), and 1000 tasks
	node test/chaos/run.ts $(OLDER)
	TASKS=1000 vitest run --project chaos test/chaos/tasks.test.ts --testNamePattern 'killed again'

e2e-k8s: $(INSTALLED) .helm/4/ready e2e-image ## Test the chart under load on the cluster of KUBECONFIG: rollouts, kills, flips (SCENARIO=restart,kill)
	PATH=$(CURDIR)/.helm/4:$$PATH node test/k8s/run.ts

test-clients: build services ## Run official clients, old and new, against servers of both SDKs
	NODE_COMPILE_CACHE=$(CURDIR)/node_modules/.cache/node node test/clients/run.ts

clients: build services ## Run official clients and many of others (a gigabyte of packages) against servers of both SDKs; writes the table of docs/clients.md
	NODE_COMPILE_CACHE=$(CURDIR)/node_modules/.cache/node node test/clients/run.ts --all

test-migration: build test/migration/node_modules ## Compile and run the parts of docs/migration.md that need frameworks of others
	node test/migration/run.ts

test/migration/node_modules: test/migration/package-lock.json
	npm ci --prefix test/migration --ignore-scripts --legacy-peer-deps
	touch $@

first-call: build ## Print how long a newcomer waits: from a clone, and from npm create, to the first call; fetches all packages twice
	node test/create/first-call.ts

networks: build services ## Run the official client, plain and surviving, through networks that change (3 minutes); writes the table of docs/client.md
	node test/networks/run.ts

abuse: build services ## Let one client create 100,000 sessions and open 10,000 streams on two pods, and 2,000 clients be slow
	ABUSE_LONG=true vitest run --project service --testTimeout=1800000 test/security/exhaustion.test.ts

leak: build services ## Check that thousands of sessions and cancelled calls leave nothing behind
	node test/leak/run.ts

fuzz: build services ## Send a million malformed requests to a pod, one with HTTP+SSE and one with authorization (COUNT=1000000 SECONDS=3600 SEED=1)
	COUNT=$(COUNT) SECONDS=$(SECONDS) SEED=$(SEED) node test/fuzz/run.ts

timing: build services ## Compare the times of answers to foreign and to unknown ids: a session, a stream, a task, a handle (ROUNDS=1500)
	ROUNDS=$(if $(filter file,$(origin ROUNDS)),1500,$(ROUNDS)) node test/timing/run.ts

bench: build services ## Compare CPU and requests per second with bare node:http and the SDK's transports
	node bench/main.ts
	node bench/telemetry.ts

bench-older: build services ## Compare the CPU of a call with that of an older version, in turn in one run (OLDER=HEAD~1 ONLY=reuse ROUNDS=5)
	node bench/older.ts $(OLDER) --starts $(ROUNDS) --only "$(ONLY)"

bench-auth: build ## Measure what a verified token costs on the next call (at most 15 µs of CPU)
	node bench/verified-token.ts

bench-payload: build services ## Measure what ANYPOD_PAYLOAD_KEYS costs: a pod's CPU per request with it and without it (ROUNDS=5)
	ROUNDS=$(ROUNDS) node bench/payload.ts

bench-peers: build services bench/peers/node_modules ## Also compare with other servers; writes tables, a chart and JSON (ROUNDS=5 ONLY=Redis STUDY=session,open)
	tsc -p bench/peers
	bench/peers/build.sh
	node bench/compare/main.ts --rounds $(ROUNDS) --only "$(ONLY)" --study "$(STUDY)"

bench/peers/node_modules: bench/peers/package-lock.json
	npm ci --prefix bench/peers --ignore-scripts
	touch $@

loadtest: $(if $(filter stress,$(PROFILE)),,k6) build services ## Run the load tests on this machine (PROFILE=smoke|load|stress|soak, ONLY=overhead,…, BESIDE=earlier.json)
	node loadtest/run/main.ts --profile $(PROFILE) --only "$(ONLY)" --match "$(MATCH)" $(addprefix --beside ,$(BESIDE))

loadtest-docket: .docket/ready ## Run the load test of tasks, also on FastMCP's Docket; needs Python 3.10 with venv
	PYTHON=$(CURDIR)/.docket/bin/python $(MAKE) loadtest PROFILE=$(PROFILE) ONLY=tasks

.docket/ready:
	python3 -m venv .docket
	.docket/bin/pip install --quiet 'fastmcp[tasks]==4.1.4'
	touch $@

k6: ## Find k6 on PATH, or build it with Go into .k6/
	@tools/setup-k6.sh

## Check

.PHONY: verify lint types unused package generated chart-docs observability reference diagrams doctor-docs format workflows version sbom
verify: lint types unused package generated ## Check lint, layers, types, unused code, packaging and generated files

lint: $(INSTALLED) ## Run Biome (format, lint, layers) and oxlint (forgotten promises)
	biome check --error-on-warnings .
	oxlint --type-aware --deny-warnings

types: build ## Type-check tests, tools and examples, and core without Node's types
	$(foreach project,$(TYPE_PROJECTS),tsc -p $(project) &&) true

unused: build ## Find files, exports and dependencies that nothing uses
	knip

package: build ## Check the packages that npm would publish
	publint --strict packages/anypod
	publint --strict packages/create-anypod
	attw --pack packages/anypod --profile esm-only --quiet

generated: $(INSTALLED) ## Check that generated files match their sources
	node tools/embed-lua.ts --check
	node tools/chart-docs.ts --check
	node tools/observability-files.ts --check
	node tools/diagrams.ts --check
	node tools/reference-docs.ts --check

chart-docs: $(INSTALLED) ## Make the chart's schema and README from values.yaml
	node tools/chart-docs.ts

observability: $(INSTALLED) ## Make the chart's dashboard and alerts from tools/observability and the metrics' definitions
	node tools/observability-files.ts

reference: $(INSTALLED) ## Write docs/cli-reference.md and the tables of docs/configuration.md, from the source
	node tools/reference-docs.ts

diagrams: $(INSTALLED) ## Draw docs/diagrams/*.mmd
	node tools/diagrams.ts

doctor-docs: build services .doctor/ready ## Write the tables of docs/doctor.md: what the doctor says of several servers and proxies; needs Python 3.10 with venv
	DOCTOR_DOCS=write vitest run --project service test/cluster/doctor.test.ts test/cluster/doctor-others.test.ts

.doctor/ready:
	npm install --prefix .doctor --no-save --ignore-scripts @modelcontextprotocol/server-everything@2026.8.31
	python3 -m venv .doctor/venv
	.doctor/venv/bin/pip install --quiet 'fastmcp==4.2.3'
	touch $@

workflows: .actionlint/actionlint .zizmor/ready ## Check the workflows with actionlint and zizmor; needs Go and Python with venv
	.actionlint/actionlint
	.zizmor/bin/zizmor --offline --quiet .github

.actionlint/actionlint:
	@command -v go >/dev/null || { echo 'setup: actionlint is built with Go, which is not on PATH. Install Go and try again.' >&2; exit 1; }
	GOBIN=$(CURDIR)/$(@D) CGO_ENABLED=0 go install -trimpath github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.zizmor/ready:
	python3 -m venv .zizmor
	.zizmor/bin/pip install --quiet zizmor==1.32.0
	touch $@

version: $(INSTALLED) ## Set the next version everywhere, by the files in .changeset; docs/releases.md
	npm run --silent version
	npm install --package-lock-only --no-fund --no-audit --loglevel=error
	$(MAKE) chart-docs chart-snapshot

sbom: build ## Write the packages that the library needs as SPDX: anypod.spdx.json
	@tools/write-sbom.sh

format: $(INSTALLED) ## Format files as `make lint` requires
	biome check --write .

## Documentation site

.PHONY: site
site: $(INSTALLED) site/node_modules ## Build the documentation site into site/dist, with the API reference, and check its links
	node tools/build-site.ts

site/node_modules: site/package-lock.json
	npm ci --prefix site --ignore-scripts
	touch $@

## Set up

.PHONY: install services clean
install: $(INSTALLED) services ## Install Node 24, npm packages, redis-server, haproxy, nginx, postgresql, shellcheck and zsh; each target also installs what it needs

$(INSTALLED): package-lock.json .node/ready
	tools/setup-packages.sh

.node/ready:
	tools/setup-node.sh

.helm/%/ready: tools/setup-helm.ts | $(INSTALLED)
	node tools/setup-helm.ts $*

services:
	@tools/setup-services.sh

clean: ## Remove everything that make has built or fetched
	rm -rf .actionlint .zizmor .k6 .docket .doctor .redis-kin node_modules {packages,services}/*/dist {packages,services}/*/*.tsbuildinfo test-results .node .helm {test/clients,test/clients/others,test/image,bench/peers}/node_modules bench/peers/go/build bench/peers/rust/target .idp {test/clients,test/clients/others,test/migration,test/image,bench/peers}/node_modules test/serverless/.rie {test/clients,test/clients/others,test/image,test/serverless,test/runtimes,test/console,bench/peers}/node_modules .prometheus site/{node_modules,pages,dist}
