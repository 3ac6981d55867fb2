package main

import (
	"bytes"
	"fmt"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// program is an example as the package's page shows it.
type program struct {
	name string // that of the file and the example
	text []byte
}

// collect returns the examples of all public packages below root. failures are those that need more than their page
// shows.
func collect(root string) (programs []program, failures []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if path != root && hidden(path, d.Name()) {
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		found, missing, err := examples(path, filepath.ToSlash(rel))
		programs, failures = append(programs, found...), append(failures, missing...)
		return err
	})
	return programs, failures, err
}

// hidden reports whether a folder has no page in the documentation: it is internal, test data, or another module.
func hidden(path, name string) bool {
	if slices.Contains([]string{"internal", "testdata", "node_modules"}, name) || strings.HasPrefix(name, ".") {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

// examples returns the examples of one file. rel is its path below the root.
func examples(path, rel string) (programs []program, failures []string, err error) {
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte("func Example")) {
		return nil, nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, rel, text, parser.ParseComments)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range doc.Examples(file) {
		if e.Play == nil {
			line := fset.Position(e.Code.Pos()).Line
			failure := fmt.Sprintf("%s:%d: Example%s needs more than its page shows", rel, line, e.Name)
			failures = append(failures, failure)
			continue
		}
		var out bytes.Buffer
		if err := format.Node(&out, fset, e.Play); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", rel, err)
		}
		name := strings.ReplaceAll(strings.TrimSuffix(rel, "_test.go"), "/", ".") + ".Example" + e.Name
		programs = append(programs, program{name, out.Bytes()})
	}
	return programs, failures, nil
}
