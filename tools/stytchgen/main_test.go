package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// specFolder makes a folder with a valid specification below api/.
func specFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range valid {
		target := filepath.Join(dir, "api", name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRun_writesWhatCheckThenAccepts(t *testing.T) {
	t.Parallel()
	dir := specFolder(t)
	if err := run(dir, true); err == nil || !strings.Contains(err.Error(), "b2b/things/service_gen.go") {
		t.Errorf("before: %v", err)
	}
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Errorf("after: %v", err)
	}
}

func TestRun_removesLeftovers(t *testing.T) {
	t.Parallel()
	dir := specFolder(t)
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(dir, "b2b", "things", "models_gen.go")
	hand := filepath.Join(dir, "b2b", "things", "hand.go")
	for _, name := range []string{old, hand} {
		if err := os.WriteFile(name, []byte("package things\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(dir, true); err == nil || !strings.Contains(err.Error(), "b2b/things/models_gen.go") {
		t.Errorf("check: %v", err)
	}
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	if _, err := os.Stat(hand); err != nil {
		t.Errorf("a hand-written file is gone: %v", err)
	}
}

func TestRun_checkNamesTheFileThatDiffers(t *testing.T) {
	t.Parallel()
	dir := specFolder(t)
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "docs", "COVERAGE.md")
	if err := os.WriteFile(name, []byte("changed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(dir, true)
	if err == nil || !strings.HasSuffix(err.Error(), "run make generate:\n\tdocs/COVERAGE.md") {
		t.Errorf("got %v", err)
	}
}

func TestRun_failsWithoutASpecification(t *testing.T) {
	t.Parallel()
	if err := run(t.TempDir(), false); err == nil {
		t.Error("nothing to read, and no error")
	}
}
