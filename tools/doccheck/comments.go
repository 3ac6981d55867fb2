package main

import (
	"context"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// goPackage is a package with its source, tests included.
type goPackage struct {
	listedPackage

	files []*goFile
}

// goFile is a parsed file. Its name is relative to the root.
type goFile struct {
	name string
	fset *token.FileSet
	tree *ast.File
}

// readPackages parses the packages of the module in a folder. It ignores build constraints.
func readPackages(ctx context.Context, root, module string) ([]*goPackage, error) {
	found, err := list(ctx, filepath.Join(root, module), "./...")
	if err != nil {
		return nil, err
	}
	var packages []*goPackage
	for _, l := range found {
		p := &goPackage{listedPackage: l}
		names, err := filepath.Glob(filepath.Join(l.Dir, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			f, err := readFile(root, name)
			if err != nil {
				return nil, err
			}
			p.files = append(p.files, f)
		}
		packages = append(packages, p)
	}
	return packages, nil
}

func readFile(root, path string) (*goFile, error) {
	name, err := filepath.Rel(root, path)
	if err != nil {
		return nil, err
	}
	f := &goFile{name: filepath.ToSlash(name), fset: token.NewFileSet()}
	f.tree, err = parser.ParseFile(f.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	return f, err
}

func (f *goFile) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// blocks are the indented blocks of the package's comment. A command's are not Go and left out.
func (p *goPackage) blocks() []block {
	var found []block
	for _, f := range p.files {
		if f.isTest() || p.Name == "main" || f.tree.Doc == nil {
			continue
		}
		from := 0
		for _, part := range parseComment(f.tree.Doc.Text()) {
			code, ok := part.(*comment.Code)
			if !ok {
				continue
			}
			first, _, _ := strings.Cut(code.Text, "\n")
			line := f.lineOf(f.tree.Doc, first, from)
			from = line + 1
			found = append(found, block{file: f.name, line: line, text: code.Text, imports: []string{p.ImportPath}})
		}
	}
	return found
}

// lineOf is the number of the first line of a comment, at from or later, that contains a text.
func (f *goFile) lineOf(group *ast.CommentGroup, text string, from int) int {
	for _, c := range group.List {
		first := f.fset.Position(c.Pos()).Line
		for i, line := range strings.Split(c.Text, "\n") {
			if first+i >= from && strings.Contains(line, text) {
				return first + i
			}
		}
	}
	return f.fset.Position(group.Pos()).Line
}

// parseComment parses a comment. What looks like a link in it is one, whether or not it leads anywhere.
func parseComment(text string) []comment.Block {
	p := comment.Parser{
		LookupPackage: func(name string) (string, bool) { return name, true },
		LookupSym:     func(string, string) bool { return true },
	}
	return p.Parse(text).Content
}
