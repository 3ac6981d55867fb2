package layout_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	target   = regexp.MustCompile(`(?m)^([a-z0-9-]+):.*## `)
	step     = regexp.MustCompile(`(?m)^\s*step ([a-z0-9-]+)$`)
	job      = regexp.MustCompile(`(?m)\{go: [^,]+, make: ([a-z0-9 -]+)\}`)
	action   = regexp.MustCompile(`(?m)uses: (.*)$`)
	isPinned = regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
)

// The steps of .ci/run are targets of the Makefile, and the workflow runs all of them.
func TestCI_stepsAreMakeTargets(t *testing.T) {
	t.Parallel()
	targets := submatches(t, target, "Makefile")
	steps := submatches(t, step, ".ci/run")
	jobs := strings.Fields(strings.Join(submatches(t, job, ".github/workflows/ci.yml"), " "))
	for _, name := range append(slices.Clone(steps), jobs...) {
		if !slices.Contains(targets, name) {
			t.Errorf("there is no target %s", name)
		}
	}
	for _, name := range steps {
		if !slices.Contains(jobs, name) {
			t.Errorf("the workflow does not run make %s", name)
		}
	}
}

// Tests, the race detector, go vet and the tests with json/v2 cover every module with code of the project, and the
// workflow runs all four.
func TestCI_coversEveryModule(t *testing.T) {
	t.Parallel()
	listed := strings.Fields(submatches(t, regexp.MustCompile(`(?m)^MODULES\s*:= (.*)$`), "Makefile")[0])
	modules := moduleFolders(t)
	slices.Sort(listed)
	if !slices.Equal(listed, modules) {
		t.Errorf("MODULES is %q, and the modules are %q", listed, modules)
	}
	jobs := strings.Fields(strings.Join(submatches(t, job, ".github/workflows/ci.yml"), " "))
	for name, commands := range map[string][]string{
		"test": {"$(GO) test "}, "race": {"$(GO) test -race "}, "vet": {"$(GO) vet "},
		"test-jsonv2": {"GOEXPERIMENT=jsonv2 $(GO) build ", "GOEXPERIMENT=jsonv2 $(GO) test "},
	} {
		recipe := submatches(t, regexp.MustCompile(`(?m)^`+name+`: ## .*\n((?:\t.*\n)+)`), "Makefile")[0]
		for _, command := range commands {
			if !strings.Contains(recipe, "$(call each,"+command) {
				t.Errorf("make %s does not run %q in each module: %s", name, command, recipe)
			}
		}
		if !slices.Contains(jobs, name) {
			t.Errorf("the workflow does not run make %s", name)
		}
	}
}

// moduleFolders are the folders of the modules that have Go files of the project; the others pin tools.
func moduleFolders(t *testing.T) []string {
	t.Helper()
	var folders []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "testdata", "lint", "audit"}, d.Name()):
			return fs.SkipDir
		case d.Name() == "go.mod":
			folders = append(folders, path.Dir(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(folders)
	return folders
}

// A workflow uses an action by its commit: a tag can be moved.
func TestWorkflows_pinActions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d workflows: %v", len(files), err)
	}
	for _, file := range files {
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, used := range submatches(t, action, name) {
			if !isPinned.MatchString(used) {
				t.Errorf("%s uses %s, which is not a commit with its version", name, used)
			}
		}
	}
}

// submatches returns the first group of each match in a file. There must be at least one match.
func submatches(t *testing.T, expression *regexp.Regexp, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, match := range expression.FindAllStringSubmatch(string(text), -1) {
		found = append(found, match[1])
	}
	if len(found) == 0 {
		t.Fatalf("nothing like %s in %s", expression, name)
	}
	return found
}
