# Run make for a list of targets. They need Go, make and git. The first run downloads modules and builds tools into bin/.

GO       ?= go
FUZZTIME ?= 10s
BASE     ?= main
BENCH    ?= .
LINT     := bin/golangci-lint
VULN     := bin/govulncheck
NODE_SDK := conformance/node_modules/.package-lock.json
MODULES  := . tools conformance
CROSS    ?= linux/386 linux/arm64 windows/amd64 darwin/arm64 js/wasm

# each runs a command in the folder of every module. The variable packages has the module's own packages with tests,
# each after what it imports: go test prints results in the order of its arguments, so that the first come before all is
# compiled.
each = @for m in $(MODULES); do echo "in $$m:"; (cd $$m && packages=$$($(GO) list -e -deps -f $(own) ./...) && $(1)) || exit 1; done
own  = '{{with .Module}}{{if .Main}}{{if or $$.TestGoFiles $$.XTestGoFiles}}{{$$.ImportPath}}{{end}}{{end}}{{end}}'

.DEFAULT_GOAL := help
.PHONY: help demo test test-386 test-jsonv2 race vet cross lint fmt fmt-check generate generate-check spec catalog docs \
	examples fuzz bench figures compare cover conformance vuln api-diff tidy-check check

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## log in through the emulator: no account, no network
	$(GO) run ./examples/quickstart

test: ## run every test (make vet is the rest of what go test does)
	@echo "A line for each package whose tests have ended. If nothing is compiled yet, the first one takes a minute, and"
	@echo "emulator/internal/flows takes another."
	$(call each,$(GO) test -vet=off -shuffle=on $$packages)
	@echo "All tests passed."

test-386: ## run the tests as a 32-bit program (on amd64; slow)
	GOARCH=386 $(GO) test -shuffle=on ./...

test-jsonv2: ## run the tests with the standard library's json/v2
	$(call each,GOEXPERIMENT=jsonv2 $(GO) build ./...)
	$(call each,GOEXPERIMENT=jsonv2 $(GO) test -shuffle=on ./...)

race: ## run the tests with the race detector (needs a C compiler)
	$(call each,$(GO) test -race -vet=off -shuffle=on $$packages)

vet: ## run go vet on everything
	$(call each,$(GO) vet ./...)

cross: ## run go vet on the SDK and its tests for each platform in CROSS
	@for target in $(CROSS); do \
		echo "go vet ./... for $$target"; \
		CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/} $(GO) vet ./... || exit 1; \
	done

lint: $(LINT) ## run the linters, on generated code too
	$(LINT) run ./...
	cd tools && ../$(LINT) run ./...
	cd conformance && ../$(LINT) run ./...

$(LINT): tools/lint/go.mod tools/lint/go.sum
	$(GO) -C tools/lint build -o ../../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

fmt: $(LINT) ## format the code and sort its imports
	$(LINT) fmt ./...
	cd tools && ../$(LINT) fmt ./...
	cd conformance && ../$(LINT) fmt ./...

fmt-check: ## fail if a file is not formatted
	@files=$$(gofmt -l .) && if [ -n "$$files" ]; then echo "not formatted, run make fmt:"; echo "$$files"; exit 1; fi

generate: ## generate code and documents from the specification in api/
	$(GO) -C tools run ./stytchgen -root ..

generate-check: ## fail if a generated file is out of date
	$(GO) -C tools run ./stytchgen -root .. -check

spec: ## validate api/ as OpenAPI 3.1
	$(GO) -C tools run ./specvalidate ../api

catalog: ## compare api/ with the catalogue of API facts
	$(GO) -C tools run ./catalogcheck -root ..

docs: ## check the Go code and the names in documentation and comments
	$(GO) -C tools run ./doccheck ..

examples: ## compile each example as its package page shows it, in another module
	$(GO) -C tools run ./examplecheck ..

fuzz: ## run each fuzz target for FUZZTIME, 10s by default
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$f in $$p"; \
			$(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

figures: ## measure size, builds, calls and checks, and write docs/FIGURES.md (about ten minutes)
	$(GO) -C tools run ./figures -root ..

compare: ## compare with the revision BASE: builds, or the benchmarks BENCH of PACKAGE (minutes)
	@BENCH='$(value BENCH)' && $(GO) -C tools run ./figures -root .. -base "$(BASE)" -package "$(PACKAGE)" -bench "$$BENCH"

cover: ## print the coverage of the tests
	$(GO) test -coverprofile=coverage.out -coverpkg=./... ./...
	$(GO) tool cover -func=coverage.out | tail -1

conformance: $(NODE_SDK) ## compare our calls with those of Stytch's SDK for Node, check the emulator by it (needs node, npm)
	$(GO) -C conformance run ./wire
	$(GO) -C conformance run ./flows

$(NODE_SDK): conformance/package.json conformance/package-lock.json
	cd conformance && npm ci

vuln: $(VULN) ## check for known vulnerabilities (queries the Go vulnerability database)
	@for m in $(MODULES); do $(VULN) -C $$m -test ./... || exit 1; done

$(VULN): tools/audit/go.mod tools/audit/go.sum
	$(GO) -C tools/audit build -o ../../$(VULN) golang.org/x/vuln/cmd/govulncheck

api-diff: ## print how the exported Go API differs from the last tag
	@./.ci/api-diff

tidy-check: ## fail if a go.mod or go.sum is not tidy
	@for m in $(MODULES) tools/audit; do $(GO) -C $$m mod tidy -diff || exit 1; done

check: ## run all checks that a change must pass
	./.ci/run
