package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module makes a folder with a module that has a public package p.
func module(t *testing.T, more map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":             "module example.com/m\n\ngo 1.26.0\n",
		"p/p.go":             "package p\n\nfunc F() *int { return new(1) }\n",
		"internal/help/h.go": "package help\n\nconst X = 1\n",
	}
	maps.Copy(files, more)
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const good = `package p_test

import (
	"fmt"

	"example.com/m/p"
)

type doubled struct{ n *int }

func (d doubled) twice() int { return 2 * *d.n }

var label = "twice"

func ExampleF() {
	fmt.Println(label, doubled{p.F()}.twice())
	// Output: twice 2
}

func ExampleF_again() { fmt.Println(*p.F()) }
`

func TestRun_holds(t *testing.T) {
	t.Parallel()
	broken := strings.Replace(good, "p.F()", "p.Gone()", 1)
	dir := module(t, map[string]string{
		"p/example_test.go": good, "p/other_test.go": "package p_test\n\nimport \"testing\"\n\nfunc TestF(*testing.T) {}\n",
		"internal/help/example_test.go": broken, "testdata/example_test.go": broken, "tool/go.mod": "module example.com/tool\n",
		"tool/example_test.go": broken, ".git/example_test.go": broken,
	})
	var out strings.Builder
	if err := run(t.Context(), dir, &out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "2 examples compile outside of their module.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRun_fails(t *testing.T) {
	t.Parallel()
	inner := "package p\n\nimport \"fmt\"\n\nfunc ExampleF() {\n\tfmt.Println(*F())\n}\n"
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"an internal package", map[string]string{
			"p/example_test.go": strings.NewReplacer(`"example.com/m/p"`, "\"example.com/m/internal/help\"", "*p.F()", "help.X", "doubled{p.F()}.twice()", "1").Replace(good),
		}, "use of internal package example.com/m/internal/help not allowed"},
		{"a helper of another file", map[string]string{
			"p/example_test.go": strings.Replace(good, "label,", "helper(),", 1),
			"p/helper_test.go":  "package p_test\n\nfunc helper() int { return 1 }\n",
		}, "p/example_test.go:15: ExampleF needs more than its page shows"},
		{"the package's own names", map[string]string{"p/example_test.go": inner}, "p/example_test.go:5: ExampleF needs more"},
		{"what does not exist", map[string]string{
			"p/example_test.go": strings.Replace(good, "*p.F()", "p.Gone()", 1),
		}, "p.example.ExampleF_again/main.go:"},
		{"no Go", map[string]string{"p/example_test.go": "package p\n\nfunc ExampleF( {\n"}, "p/example_test.go:3:"},
		{"no example", nil, "no examples"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), module(t, tc.files), io.Discard)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q is not in: %v", tc.want, err)
			}
			if strings.Contains(err.Error(), os.TempDir()+"/examplecheck") {
				t.Errorf("the path of a removed folder: %v", err)
			}
		})
	}
}
