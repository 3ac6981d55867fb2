package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// fakeModule makes a folder with a module of four packages and the given documents.
func fakeModule(t *testing.T, documents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":        "module github.com/seed75add069/stytch-go\n\ngo 1.26.0\n",
		"stytch.go":     "package stytch\n\ntype Client struct{ Name string }\n\nfunc NewClient(string) (*Client, error) { return nil, nil }\n",
		"a/list/l.go":   "package list\n\nfunc Of(...int) []int { return nil }\n",
		"b/list/l.go":   "package list\n\nfunc Of(...string) []string { return nil }\n",
		"internal/i.go": "package internal\n",
	}
	maps.Copy(files, documents)
	for name, text := range files {
		target := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func fenced(code string) string { return "# Title\n\n```go\n" + code + "\n```\n" }

func TestRun_holds(t *testing.T) {
	t.Parallel()
	dir := fakeModule(t, map[string]string{
		"README.md":           fenced("client, err := stytch.NewClient(id)\nif err != nil {\n\treturn err\n}\nfmt.Println(client.Name)"),
		"CONTRIBUTING.md":     fenced("func handle(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) }"),
		"a/testdata/x.md":     fenced("this is not looked at"),
		"docs/a/file.md":      fenced("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }"),
		"docs/a/hints.md":     "<!-- vars: f func(string, int) string, n int -->\n\n```go\nimport \"github.com/seed75add069/stytch-go/b/list\"\n\n_ = list.Of(f(\"\", n))\n```\n",
		"docs/a/own.md":       fenced("import other \"github.com/seed75add069/stytch-go/a/list\"\n\nx := other.Of(1)\nuse(x)"),
		"docs/a/log.md":       fenced("if err != nil {\n\tlog.Fatal(err)\n}") + fenced("log.Info(\"done\", \"id\", id)"),
		"docs/a/list.md":      "1. First:\n\n   ```go\n   var s strings.Builder\n   ```\n",
		"docs/a/languages.md": "```sh\nnot go\n```\n\n```\nneither\n```\n",
	})
	var out strings.Builder
	if err := run(t.Context(), dir, &out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "8 blocks of Go and the names in 8 documents and 4 packages are correct.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRun_fails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, code, want string }{
		{"unknown method", "x := 1\nclient.Vanish(x)", "README.md:5: client.Vanish undefined"},
		{"unknown field", "_ = client.Nome", "README.md:4: client.Nome undefined"},
		{"wrong type", "var n int = id", "README.md:4: cannot use id"},
		{"unknown function of a package", "stytch.NewCleint(id)", "README.md:4: undefined: stytch.NewCleint"},
		{"unknown package", "nowhere.Call()", "README.md:4: undefined: nowhere"},
		{"unknown variable", "f(nothing)", "README.md:4: undefined: nothing"},
		{"missing result", "c := stytch.NewClient(id)", "README.md:4: assignment mismatch"},
		{"no Go", "if x {", "README.md:"},
		{"ambiguous package", "_ = list.Of()", "README.md:4: package list can be"},
		{"file with a variable too many", "package main\n\nfunc main() {\n\tx := 1\n}", "README.md:7: declared and not used: x"},
		{"file with an import too many", "package main\n\nimport \"fmt\"\n\nfunc main() {}", "README.md:6: \"fmt\" imported and not used"},
		{"import of nothing", "import \"github.com/seed75add069/stytch-go/gone\"\n\n_ = gone.X", "README.md:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), fakeModule(t, map[string]string{"README.md": fenced(tc.code)}), io.Discard)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q is not in: %v", tc.want, err)
			}
		})
	}
}

func TestRun_nothingToCheck(t *testing.T) {
	t.Parallel()
	if err := run(t.Context(), fakeModule(t, map[string]string{"README.md": "# Words only\n"}), io.Discard); err == nil {
		t.Error("documents without Go were accepted")
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	text := "<!-- vars: a b, c d -->\n```go\none\n```\ntext\n<!-- vars: e f -->\ntext between\n\n````go title\n```\ntwo\n````\n"
	got, err := extract("x.md", text)
	if err != nil {
		t.Fatal(err)
	}
	want := []block{
		{file: "x.md", line: 3, text: "one\n", vars: []string{"a b", "c d"}},
		{file: "x.md", line: 10, text: "```\ntwo\n"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, err := extract("x.md", "a\n\n```go\nnever closed\n"); err == nil || !strings.HasPrefix(err.Error(), "x.md:3: ") {
		t.Errorf("an open fence: %v", err)
	}
}
