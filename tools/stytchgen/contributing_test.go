package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// The endpoint that CONTRIBUTING.md shows how to add can be added, and only its YAML is needed.
func TestContributing_example(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n```yaml\n")
	example, _, ok := strings.Cut(rest, "\n```\n")
	if !ok {
		t.Fatal("no block of YAML")
	}
	spec := fstest.MapFS{}
	api := os.DirFS(filepath.Join(root, "api"))
	err = fs.WalkDir(api, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(api, name)
		spec[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	spec["b2b/recoverycodes.yaml"] = &fstest.MapFile{Data: []byte(example)}
	files, err := generate(spec)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"b2b/recoverycodes/service_gen.go":      "func (s *Service) Get(",
		"b2b/recoverycodes/service_gen_test.go": `Path: "/v1/b2b/recovery_codes/organization_id%2F1%20%25%3F%23/`,
		"b2b/recoverycodes/redact_gen.go":       "v.RecoveryCodes = secret.MaskList(v.RecoveryCodes)",
		"b2b/b2b_gen.go":                        "s.RecoveryCodes = recoverycodes.New(cfg)",
		"docs/COVERAGE.md":                      "`client.B2B.RecoveryCodes.Get`",
	} {
		if !strings.Contains(string(files[name]), want) {
			t.Errorf("%s does not have %s", name, want)
		}
	}
}
