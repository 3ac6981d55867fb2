package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// contributingYAML returns the blocks of YAML in CONTRIBUTING.md.
func contributingYAML(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for rest := string(text); ; {
		_, after, found := strings.Cut(rest, "\n```yaml\n")
		if !found {
			return blocks
		}
		block, tail, closed := strings.Cut(after, "\n```\n")
		if !closed {
			t.Fatal("a block of YAML has no end")
		}
		blocks, rest = append(blocks, block+"\n"), tail
	}
}

// copyAPI returns a copy of api/ in memory.
func copyAPI(t *testing.T) fstest.MapFS {
	t.Helper()
	spec := fstest.MapFS{}
	api := os.DirFS(filepath.Join("..", "..", "api"))
	err := fs.WalkDir(api, ".", func(name string, d fs.DirEntry, err error) error {
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
	return spec
}

// requireGenerated checks that each of the files generated from spec contains a text.
func requireGenerated(t *testing.T, spec fs.FS, wants []struct{ file, text string }) {
	t.Helper()
	files, err := generate(spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range wants {
		if !strings.Contains(string(files[want.file]), want.text) {
			t.Errorf("%s does not have %s", want.file, want.text)
		}
	}
}

// The endpoint in CONTRIBUTING.md can be added with the YAML that is shown there.
func TestContributing_endpoint(t *testing.T) {
	t.Parallel()
	spec := copyAPI(t)
	spec["b2b/recoverycodes.yaml"] = &fstest.MapFile{Data: []byte(contributingYAML(t)[0])}
	requireGenerated(t, spec, []struct{ file, text string }{
		{"b2b/recoverycodes/service_gen.go", "func (s *Service) Get("},
		{"internal/contracts/b2b_recoverycodes_gen_test.go", `Path: "/v1/b2b/recovery_codes/organization_id%2F1%20%25%3F%23/`},
		{"b2b/recoverycodes/types_gen.go", "RecoveryCodes []string `json:\"recovery_codes,omitzero\" stytch:\"secret\"`"},
		{"b2b/b2b_gen.go", "s.RecoveryCodes = recoverycodes.New(cfg)"},
		{"docs/COVERAGE.md", "`client.B2B.RecoveryCodes.Get`"},
	})
}

// The field in CONTRIBUTING.md can be added with the edit that is shown there.
func TestContributing_field(t *testing.T) {
	t.Parallel()
	spec := copyAPI(t)
	file := spec["b2b/otps/sms.yaml"]
	before, rest, _ := strings.Cut(string(file.Data), "\n    SendRequest:\n")
	locale, after, found := strings.Cut(rest, "        intermediate_session_token:\n")
	if !found || !strings.Contains(locale, "        locale:\n") {
		t.Fatal("SendRequest has no locale, or something else follows it")
	}
	file.Data = []byte(before + "\n    SendRequest:\n" + locale + contributingYAML(t)[1] +
		"        intermediate_session_token:\n" + after)
	const tests = "internal/contracts/b2b_otps_sms_gen_test.go"
	requireGenerated(t, spec, []struct{ file, text string }{
		{"b2b/otps/sms/types_gen.go", "\t// How long the code can be used, in minutes from now. Default: 2. Bounds: 1 to 10.\n" +
			"\tExpirationMinutes *int `json:\"expiration_minutes,omitzero\"`"},
		{tests, `"expiration_minutes": 7,`},
		{tests, `"expiration_minutes": 0,`},
	})
}
