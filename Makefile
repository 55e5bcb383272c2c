# The commands of the house. `make test` is all that a newcomer needs;
# `make check` is what must pass before a change lands.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     = mvdan.cc/gofumpt@v0.12.0
FUZZTIME   ?= 10s

.PHONY: build test race lint fuzz interop bench check tools

build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o daypass ./cmd/daypass

test:
	go test ./...

race:
	go test -race ./...

# Tests that need other people's modules live in a module of their own.
interop:
	cd test/interop && go vet ./... && go test ./...

tools: .bin/staticcheck .bin/gofumpt

.bin/staticcheck:
	GOBIN=$(CURDIR)/.bin go install $(STATICCHECK)

.bin/gofumpt:
	GOBIN=$(CURDIR)/.bin go install $(GOFUMPT)

lint: tools
	@test -z "$$(.bin/gofumpt -l .)" || { echo 'gofumpt would change:'; .bin/gofumpt -l .; exit 1; }
	go vet ./...
	.bin/staticcheck ./...
	go mod tidy -diff

fuzz:
	./scripts/fuzz $(FUZZTIME)

bench:
	go test -run '^$$' -bench . -benchmem ./...

check: lint test race interop fuzz
