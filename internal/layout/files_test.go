package layout_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"regexp"
)

// Limits that keep files readable. Generated files have none.
const (
	maxLines         = 400
	maxFunctionLines = 60 // except in tests, because of tables of cases
)

func fileSizes(files []*goFile) []string {
	var complaints []string
	for _, f := range files {
		if n := bytes.Count(f.text, []byte("\n")); n > maxLines && !f.isGenerated() {
			complaints = append(complaints, fmt.Sprintf("%s has %d lines, of at most %d", f.path, n, maxLines))
		}
	}
	return complaints
}

func functionSizes(files []*goFile) []string {
	var complaints []string
	for _, f := range files {
		if f.isGenerated() || f.isTest() {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if fn, ok := n.(*ast.FuncDecl); ok {
				first, last := f.fset.Position(fn.Pos()), f.fset.Position(fn.End())
				if size := last.Line - first.Line + 1; size > maxFunctionLines {
					complaints = append(complaints, fmt.Sprintf("%s: %s has %d lines", first, fn.Name.Name, size))
				}
			}
			return true
		})
	}
	return complaints
}

var marker = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func markers(files []*goFile) []string {
	var complaints []string
	for _, f := range files {
		first, _, _ := bytes.Cut(f.text, []byte("\n"))
		switch head := f.text[:f.fset.Position(f.tree.Package).Offset]; {
		case f.isGenerated() && !marker.Match(first):
			complaints = append(complaints, f.path+": the first line is not the marker")
		case !f.isGenerated() && marker.Match(head):
			complaints = append(complaints, f.path+": a marker, but the name does not end in _gen.go")
		}
	}
	return complaints
}

func packageComments(files []*goFile) []string {
	commented := map[string]bool{}
	var dirs []string
	for _, f := range files {
		if f.isTest() {
			continue
		}
		if _, seen := commented[f.dir]; !seen {
			dirs = append(dirs, f.dir)
		}
		commented[f.dir] = commented[f.dir] || f.tree.Doc != nil
	}
	var complaints []string
	for _, dir := range dirs {
		if !commented[dir] {
			complaints = append(complaints, dir+": no package comment")
		}
	}
	return complaints
}
