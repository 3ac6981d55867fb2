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
	"strings"
)

// program is an example as its page shows it.
type program struct {
	name string // names package and example
	text []byte
}

// collect makes programs of the examples of all public packages below root. A failure is an example of which none can
// be made.
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

// hidden reports whether a folder has no pages: it is internal, test data, or a module of its own.
func hidden(path, name string) bool {
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil || name == "internal" || name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")
}

// examples are those of one file, whose path below the root is rel.
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
			at := fset.Position(e.Code.Pos())
			failures = append(failures, fmt.Sprintf("%s:%d: Example%s needs more than its page shows", rel, at.Line, e.Name))
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
