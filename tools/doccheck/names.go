package main

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"regexp"
	"slices"
	"strings"
)

// checkNames returns a line for each name in a comment that does not exist.
func (m *module) checkNames() []string {
	var failures []string
	for _, p := range m.packages {
		r := &resolver{module: m, pkg: p, imports: p.imports()}
		for _, f := range p.files {
			r.own = p.declarations(f.isTest())
			for _, group := range f.tree.Comments {
				for _, name := range r.unknown(group.Text()) {
					line := f.lineOf(group, name, 0)
					failures = append(failures, fmt.Sprintf("%s:%d: there is no %s", f.name, line, name))
				}
			}
		}
	}
	return failures
}

// resolver looks up the names in a package's comments.
type resolver struct {
	module  *module
	pkg     *goPackage
	imports map[string]string // paths by name
	own     map[string]bool   // what the package declares, exported or not
}

// goName matches words in prose that can only be names of Go: those with a dot before a capital, and names of error
// codes and error values.
var goName = regexp.MustCompile(`\b[A-Za-z]\w*(?:\.[A-Z]\w*)+\b|\b(?:Code|Err)[A-Z]\w*[a-z]\w*\b`)

// unknown returns the names in a comment that do not exist. It ignores the output of an example.
func (r *resolver) unknown(text string) []string {
	if strings.HasPrefix(text, "Output:") {
		return nil
	}
	var names []string
	inText(parseComment(text), func(t comment.Text) {
		switch t := t.(type) {
		case *comment.DocLink:
			if t.Name != "" && !r.linked(t) {
				names = append(names, strings.Trim(t.ImportPath+"."+member(t.Recv, t.Name), "."))
			}
		case comment.Plain:
			names = append(names, slices.DeleteFunc(goName.FindAllString(string(t), -1), r.exists)...)
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// span matches code between backticks in a line of a document.
var span = regexp.MustCompile("`[^`\n]+`")

// checkDocument returns a line for each name in a document's prose that does not exist.
func (m *module) checkDocument(name, text string) []string {
	r := &resolver{module: m, pkg: &goPackage{}}
	var failures []string
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		for _, code := range span.FindAllString(line, -1) {
			for _, found := range goName.FindAllString(code, -1) {
				if !fenced && !r.exists(found) {
					failures = append(failures, fmt.Sprintf("%s:%d: there is no %s", name, i+1, found))
				}
			}
		}
	}
	return failures
}

// inText visits all text that is not code.
func inText(blocks []comment.Block, visit func(comment.Text)) {
	for _, b := range blocks {
		var texts []comment.Text
		switch b := b.(type) {
		case *comment.Paragraph:
			texts = b.Text
		case *comment.Heading:
			texts = b.Text
		case *comment.List:
			for _, item := range b.Items {
				inText(item.Content, visit)
			}
		}
		for _, t := range texts {
			visit(t)
		}
	}
}

// linked reports whether a link leads to something.
func (r *resolver) linked(l *comment.DocLink) bool {
	names := strings.Split(member(l.Recv, l.Name), ".")
	if l.ImportPath == "" {
		return r.isOwn(names)
	}
	if path, ok := r.imports[l.ImportPath]; ok {
		return r.module.declares(path, names)
	}
	return r.module.declares(l.ImportPath, names)
}

// exists reports whether a name in prose is declared in the module or the SDK, or may be declared outside of both.
func (r *resolver) exists(name string) bool {
	names := strings.Split(name, ".")
	first := names[0]
	switch {
	case first == "client":
		return r.module.anyDeclares(names[1:])
	case !ast.IsExported(first):
		paths := r.module.named(first)
		if path, ok := r.imports[first]; ok {
			paths = append(paths, path)
		}
		if len(paths) == 0 && !r.module.foreign[first] { // a variable
			return r.module.hasMember(names[len(names)-1])
		}
		return len(paths) == 0 || slices.ContainsFunc(paths,
			func(path string) bool { return r.module.declares(path, names[1:]) })
	case len(names) == 1 && r.module.hasMember(name):
		return true
	}
	return r.isOwn(names) || r.module.anyDeclares(names)
}

// isOwn reports whether the package declares a name, or one of its types a member.
func (r *resolver) isOwn(names []string) bool {
	return r.own[strings.Join(names, ".")] || r.module.declares(r.pkg.ImportPath, names)
}
