package main

import (
	"io"
	"strings"
	"testing"
)

// repository is a module with another one below it, whose documents and comments say what is true.
func repository() map[string]string {
	return map[string]string{
		"README.md":                fenced("_ = id"),
		"Makefile":                 "help: ## list\n\ndemo-1: ## run\n",
		"SECURITY.md":              "Use `NewClient`, not `stytch.Client{}`.\n",
		"CHANGELOG.md":             "- `NewClient(id)`, `Client.Name`, `make demo-1` and `make help demo-1`, as [here](api/README.md#x) and [there](https://x.y/z).\n",
		"api/README.md":            "Not Go: `HTTP`, `Retry-After`, `application/json`, `encoding/json`, `GET /v1/x`. See `a/list/`, `stytch.go`.\n",
		"conformance/go.mod":       "module github.com/seed75add069/stytch-go/conformance\n\ngo 1.26.0\n",
		"conformance/README.md":    "`wire/main.go` has `FindAll`; see [the SDK](../SECURITY.md) and `api/README.md`.\n\n```sh\nmake nothing # `make nothing` [x](gone.md)\n```\n",
		"conformance/wire/main.go": "// Command wire calls stytch.NewClient, client.Name and FindAll. See Config.Twice.\npackage main\n\n// Config configures.\ntype Config struct{ Twice int }\n\n// FindAll finds.\nfunc FindAll() {}\n\nfunc main() {}\n",
	}
}

func TestRun_repositoryHolds(t *testing.T) {
	t.Parallel()
	if err := run(t.Context(), fakeModule(t, repository()), io.Discard); err != nil {
		t.Error(err)
	}
}

// Each change to a document or comment that makes it untrue is found.
func TestRun_repositoryFails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ file, old, with, want string }{
		{"SECURITY.md", "`NewClient`", "`NewCleint`", "SECURITY.md:1: there is no NewCleint"},
		{"SECURITY.md", "stytch.Client{}", "stytch.Cleint{}", "SECURITY.md:1: there is no stytch.Cleint"},
		{"CHANGELOG.md", "`NewClient(id)`", "`MakeClient(id)`", "CHANGELOG.md:1: there is no MakeClient"},
		{"CHANGELOG.md", "Client.Name", "Client.Nome", "CHANGELOG.md:1: there is no Client.Nome"},
		{"CHANGELOG.md", "make demo-1", "make demo", "CHANGELOG.md:1: there is no demo"},
		{"CHANGELOG.md", "make help demo-1", "make help demo-2", "CHANGELOG.md:1: there is no demo-2"},
		{"CHANGELOG.md", "api/README.md#x", "api/READ.md#x", "CHANGELOG.md:1: there is no api/READ.md"},
		{"api/README.md", "`a/list/`", "`a/lists/`", "api/README.md:1: there is no a/lists/"},
		{"api/README.md", "`stytch.go`", "`stitch.go`", "api/README.md:1: there is no stitch.go"},
		{"conformance/README.md", "`wire/main.go`", "`wire/gone.go`", "conformance/README.md:1: there is no wire/gone.go"},
		{"conformance/README.md", "FindAll", "FindNone", "conformance/README.md:1: there is no FindNone"},
		{"conformance/README.md", "../SECURITY.md", "SECURITY.md", "conformance/README.md:1: there is no SECURITY.md"},
		{"conformance/wire/main.go", "stytch.NewClient", "stytch.NewCleint", "conformance/wire/main.go:1: there is no stytch.NewCleint"},
		{"conformance/wire/main.go", "client.Name", "client.Nome", "conformance/wire/main.go:1: there is no client.Nome"},
		{"conformance/wire/main.go", "See Config.Twice", "See Config.Thrice", "conformance/wire/main.go:1: there is no Config.Thrice"},
		{"conformance/wire/main.go", "// Config configures", "// See [Confg]. Config configures", "conformance/wire/main.go:4: there is no Confg"},
	} {
		t.Run(tc.file+" "+tc.with, func(t *testing.T) {
			t.Parallel()
			files := repository()
			if strings.Count(files[tc.file], tc.old) == 0 {
				t.Fatalf("%s has no %s", tc.file, tc.old)
			}
			files[tc.file] = strings.Replace(files[tc.file], tc.old, tc.with, 1)
			err := run(t.Context(), fakeModule(t, files), io.Discard)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q is not in: %v", tc.want, err)
			}
		})
	}
}
