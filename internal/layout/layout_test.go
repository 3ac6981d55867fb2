package layout_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	root       = "../.."
	modulePath = "github.com/seed75add069/stytch-go"
)

// rule returns a complaint for each place that breaks it.
type rule func(files []*goFile) []string

var rules = []struct {
	name  string
	check rule
}{
	{"service packages import the standard library and lower layers", servicePackageImports},
	{"service packages use no other package's Service", serviceUse},
	{"service trees import service packages", serviceTreeImports},
	{"shared, stytcherror and what they use import the standard library", sharedImports},
	{"internal packages and samlshield import no service", internalImports},
	{"the emulator is for programs and tests", emulatorImports},
	{"the emulator's imports go down its layers", emulatorLayerImports},
	{"test packages are for tests", testPackageImports},
	{"package testing is for tests", testingImports},
	{"files are short", fileSizes},
	{"functions are short", functionSizes},
	{"generated files say so, and only they", markers},
	{"packages have a comment", packageComments},
	{"tags say what is optional", tags},
	{"embedded maps are so in both versions of json/v2", embedTags},
	{"names and comments use the words of the field", vocabulary},
}

func TestRules(t *testing.T) {
	t.Parallel()
	files, err := readTree(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d files found", len(files))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, complaint := range r.check(files) {
				t.Error(complaint)
			}
		})
	}
}

// Each rule accepts a file that obeys it and complains once about one that does not.
func TestRules_complain(t *testing.T) {
	t.Parallel()
	for _, v := range violations {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			if got := v.check(oneFile(t, v.path, v.bad)); len(got) != 1 {
				t.Errorf("%d complaints about what breaks the rule: %q", len(got), got)
			}
			if got := v.check(oneFile(t, v.path, v.good)); len(got) != 0 {
				t.Errorf("complaints about what obeys the rule: %q", got)
			}
		})
	}
}

func TestRules_haveViolations(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		name := fmt.Sprintf("%p", r.check)
		if !slices.ContainsFunc(violations, func(v violation) bool { return fmt.Sprintf("%p", v.check) == name }) {
			t.Errorf("%s: no violation", r.name)
		}
	}
}

func oneFile(t *testing.T, path, text string) []*goFile {
	t.Helper()
	files, err := readTree(fstest.MapFS{path: {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// goFile is a file of the repository; path and dir are relative to its root.
type goFile struct {
	path, dir string
	text      []byte
	fset      *token.FileSet
	tree      *ast.File
}

// readTree parses all Go files of the repository, those of nested modules included, except test data.
func readTree(repository fs.FS) ([]*goFile, error) {
	var files []*goFile
	err := walk(repository, ".go", func(name string, text []byte) error {
		f := &goFile{path: name, dir: path.Dir(name), text: text, fset: token.NewFileSet()}
		var err error
		f.tree, err = parser.ParseFile(f.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		files = append(files, f)
		return err
	})
	return files, err
}

// walk calls read with each file whose name ends in ext.
func walk(repository fs.FS, ext string, read func(name string, text []byte) error) error {
	return fs.WalkDir(repository, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			hidden := name != "." && strings.HasPrefix(d.Name(), ".")
			if hidden || d.Name() == "testdata" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		case path.Ext(name) != ext:
			return nil
		}
		text, err := fs.ReadFile(repository, name)
		if err != nil {
			return err
		}
		return read(name, text)
	})
}

func (f *goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f *goFile) isGenerated() bool {
	return strings.HasSuffix(f.path, "_gen.go") || strings.HasSuffix(f.path, "_gen_test.go")
}

// under reports whether the file is in one of the folders or below it.
func (f *goFile) under(folders ...string) bool { return within(f.dir, folders...) }

// within reports whether a path is one of the others or below it.
func within(name string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return name == folder || strings.HasPrefix(name, folder+"/")
	})
}

func TestReadTree(t *testing.T) {
	t.Parallel()
	source := &fstest.MapFile{Data: []byte("package p\n")}
	files, err := readTree(fstest.MapFS{
		"a.go": source, "b/c.go": source, "b/c.txt": {}, "tools/go.mod": {}, "tools/x/y.go": source,
		"b/testdata/z.go": source, ".git/z.go": source, "b/node_modules/z.go": source,
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.path)
	}
	if want := []string{"a.go", "b/c.go", "tools/x/y.go"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
