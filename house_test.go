package stytch_test

import (
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

// The house rules, checked on the source itself. Each rule is a function from all files to complaints, so that
// TestHouse_rulesBite can show each a violation.

const modulePath = "github.com/seed75add069/stytch-go"

// rule returns a line for each place that breaks it.
type rule func(house []*goFile) []string

var rules = []struct {
	name  string
	check rule
}{
	{"leaves import what lies below them", leafDoors},
	{"leaves use no other leaf's service", leafServices},
	{"floor plans import leaves", floorPlanDoors},
	{"shared and stytcherror import the standard library", hallDoors},
	{"internal packages and samlshield know no service", internalDoors},
	{"the emulator is for tests and programs", emulatorDoors},
	{"what tests alone use stays with them", rehearsalDoors},
	{"testing is for tests", testingDoors},
	{"files are short", fileSizes},
	{"functions are short", functionSizes},
	{"generated files say so, and only they", markers},
	{"packages have a comment", packageComments},
	{"tags say what is optional", tags},
}

func TestHouse(t *testing.T) {
	t.Parallel()
	house, err := readHouse(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(house) < 50 {
		t.Fatalf("only %d files found", len(house))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, complaint := range r.check(house) {
				t.Error(complaint)
			}
		})
	}
}

// goFile is a file of the module.
type goFile struct {
	path, dir string
	text      []byte
	fset      *token.FileSet
	tree      *ast.File
}

// readHouse parses all files of the module, without nested modules and test data.
func readHouse(root fs.FS) ([]*goFile, error) {
	var house []*goFile
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			_, noModule := fs.Stat(root, path.Join(name, "go.mod"))
			if name != "." && (noModule == nil || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
				return fs.SkipDir
			}
			return nil
		case path.Ext(name) != ".go":
			return nil
		}
		f := &goFile{path: name, dir: path.Dir(name), fset: token.NewFileSet()}
		if f.text, err = fs.ReadFile(root, name); err != nil {
			return err
		}
		if f.tree, err = parser.ParseFile(f.fset, name, f.text, parser.ParseComments); err != nil {
			return err
		}
		house = append(house, f)
		return nil
	})
	return house, err
}

func (f *goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f *goFile) isGenerated() bool {
	return strings.HasSuffix(f.path, "_gen.go") || strings.HasSuffix(f.path, "_gen_test.go")
}

// under reports whether the file lies in one of the folders or below it.
func (f *goFile) under(folders ...string) bool { return within(f.dir, folders...) }

// within reports whether a folder is one of the others or below it.
func within(dir string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return dir == folder || strings.HasPrefix(dir, folder+"/")
	})
}

func TestReadHouse_leavesOtherModulesOut(t *testing.T) {
	t.Parallel()
	source := &fstest.MapFile{Data: []byte("package p\n")}
	house, err := readHouse(fstest.MapFS{
		"a.go": source, "b/c.go": source, "b/c.txt": {}, "tools/go.mod": {}, "tools/x/y.go": source,
		"b/testdata/z.go": source, ".git/z.go": source,
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range house {
		got = append(got, f.path)
	}
	if want := []string{"a.go", "b/c.go"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
