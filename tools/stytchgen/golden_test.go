package main

import (
	"bytes"
	"flag"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed75add069/stytch-go/tools/stytchgen/render"
)

var update = flag.Bool("update", false, "rewrite the expected files of the golden cases")

// cases returns the folders below testdata. Each has a README, a specification in spec, the expected files in want and,
// where those need it, hand-written code in hand.
func cases(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) == 0 {
		t.Fatal("no cases")
	}
	return names
}

func generateCase(t *testing.T, name string) render.Files {
	t.Helper()
	files, err := generate(os.DirFS(filepath.Join("testdata", name, "spec")), nil)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestGenerate_golden(t *testing.T) {
	t.Parallel()
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			why, err := os.ReadFile(filepath.Join("testdata", name, "README"))
			if err != nil || len(bytes.TrimSpace(why)) == 0 {
				t.Fatal("a README must say why the case exists")
			}
			got := generateCase(t, name)
			got[emulatorDocument] = tableOf(t, got[emulatorDocument])
			want := filepath.Join("testdata", name, "want")
			if *update {
				rewrite(t, want, got)
			}
			compareTree(t, want, got)
		})
	}
}

const emulatorDocument = "docs/EMULATOR.md"

// tableOf cuts the table of operations out of a document: the text above it is the template's, whatever the
// specification.
func tableOf(t *testing.T, document []byte) []byte {
	t.Helper()
	i := bytes.Index(document, []byte("\n| operation |"))
	if i < 0 {
		t.Fatal("there is no table of operations")
	}
	return document[i+1:]
}

func rewrite(t *testing.T, dir string, files render.Files) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := write(dir, files); err != nil {
		t.Fatal(err)
	}
}

// compareTree compares whole folders: each file must be expected, and each expected file must be there.
func compareTree(t *testing.T, dir string, got render.Files) {
	t.Helper()
	want := render.Files{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want[name], err = os.ReadFile(filepath.Join(dir, name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is not generated", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if text, ok := want[name]; !ok {
			t.Errorf("%s is generated and not wanted", name)
		} else if line, g, w := firstDifference(got[name], text); line > 0 {
			t.Errorf("%s differs at line %d:\n got: %s\nwant: %s", name, line, g, w)
		}
	}
}

func firstDifference(got, want []byte) (line int, g, w string) {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(a), len(b)) {
		g, w = "(end)", "(end)"
		if i < len(a) {
			g = a[i]
		}
		if i < len(b) {
			w = b[i]
		}
		if g != w {
			return i + 1, g, w
		}
	}
	return 0, "", ""
}

var apiFolder = os.DirFS(filepath.Join("..", "..", "api"))

// sdkFiles are the files of the SDK itself, generated once.
var sdkFiles = sync.OnceValues(func() (render.Files, error) { return generate(apiFolder, nil) })

// The order of maps does not change what is generated.
func TestGenerate_isDeterministic(t *testing.T) {
	t.Parallel()
	first, err := sdkFiles()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := generate(apiFolder, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.EqualFunc(first, again, bytes.Equal) {
			t.Fatal("two runs differ")
		}
	}
}

// All files of all cases, and those of the SDK itself, have the marker, gofmt's format and short comments.
func TestGenerate_style(t *testing.T) {
	t.Parallel()
	all := map[string]render.Files{}
	for _, name := range cases(t) {
		all[name] = generateCase(t, name)
	}
	sdk, err := sdkFiles()
	if err != nil {
		t.Fatal(err)
	}
	all["api"] = sdk
	for from, files := range all {
		for name, text := range files {
			if path.Ext(name) == ".go" {
				checkStyle(t, from+"/"+name, text)
			}
		}
	}
}

var marker = regexp.MustCompile(`^// Code generated .* DO NOT EDIT\.\n\n`)

func checkStyle(t *testing.T, name string, text []byte) {
	t.Helper()
	if !marker.Match(text) {
		t.Errorf("%s: no marker line at the top", name)
	}
	if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
		t.Errorf("%s: not formatted (%v)", name, err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	others := false
	for _, spec := range file.Imports {
		isStandard := !strings.Contains(spec.Path.Value, ".")
		if others && isStandard {
			t.Errorf("%s: %s comes after imports that are not of the standard library", name, spec.Path.Value)
		}
		others = others || !isStandard
	}
	for i, line := range strings.Split(string(text), "\n") {
		comment := strings.TrimLeft(line, "\t")
		if !strings.HasPrefix(comment, "//") || !strings.Contains(strings.TrimPrefix(comment, "// "), " ") {
			continue
		}
		if n := len([]rune(comment)) + 4*(len(line)-len(comment)); n > 120 {
			t.Errorf("%s:%d: a comment of %d columns", name, i+1, n)
		}
		if strings.Contains(comment, "`") || strings.Contains(comment, "%!") {
			t.Errorf("%s:%d: %s", name, i+1, comment)
		}
	}
}

// The golden packages compile inside the SDK, and their generated contract tests pass.
func TestGenerate_goldenCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go test")
	}
	t.Parallel()
	dir, packages := t.TempDir(), map[string]bool{}
	copySDK(t, dir)
	for _, name := range cases(t) {
		placed := render.Files{}
		for file, text := range generateCase(t, name) {
			target := placeGolden(name, file)
			if target == "" {
				continue
			}
			if _, err := os.Stat(filepath.Join(dir, target)); err == nil {
				t.Errorf("%s: two cases have a package of this name", target)
			}
			placed[target] = text
			packages["./"+path.Dir(target)] = true
		}
		if err := write(dir, placed); err != nil {
			t.Fatal(err)
		}
		hand := filepath.Join("testdata", name, "hand")
		if _, err := os.Stat(hand); err == nil {
			if err := os.CopyFS(dir, os.DirFS(hand)); err != nil {
				t.Fatal(err)
			}
		}
	}
	args := append([]string{"test"}, slices.Sorted(maps.Keys(packages))...)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go test: %v\n%s", err, out)
	}
}

// copySDK copies what generated packages import, without the tests of all operations.
func copySDK(t *testing.T, dir string) {
	t.Helper()
	root := filepath.Join("..", "..")
	for _, name := range []string{"internal", "shared", "stytcherror"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "internal", "contracts")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// placeGolden is the path at which a case's file is compiled, empty where it is not. Files of a service keep theirs.
// The service trees get a folder for each case, because every case has them, and files of package shared another name,
// because the SDK has that package. The emulator's files and those of stytcherror need hand-written files that a case
// does not have.
func placeGolden(name, file string) string {
	switch {
	case path.Ext(file) != ".go", strings.HasPrefix(file, "emulator/"), path.Dir(file) == "stytcherror":
		return ""
	case path.Dir(file) == "b2b" || path.Dir(file) == "b2c":
		return path.Join("golden", name, file)
	case path.Dir(file) == "shared":
		return "shared/" + name + "_" + path.Base(file)
	}
	return file
}
