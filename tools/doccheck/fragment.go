package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// usualVariables are those that a fragment may use without declaring them.
var usualVariables = map[string]string{
	"ctx": "context.Context", "err": "error", "client": "*stytch.Client", "cfg": "*shared.FetchConfig",
	"t": "*testing.T", "b": "*testing.B", "log": "*slog.Logger", "now": "time.Time",
	"w": "http.ResponseWriter", "r": "*http.Request",
	"ist": "string", "org": "string", "id": "string", "secret": "string", "token": "string", "jwt": "string",
	"email": "string", "link": "string", "code": "string", "kid": "string", "text": "string",
}

// logFunctions are functions of package log that *slog.Logger has no methods for: where a fragment calls one, log is
// the package.
var logFunctions = []string{"Fatal", "Fatalf", "Fatalln", "Panic", "Print", "Printf", "Println"}

// source is the Go that is type-checked for a block.
type source struct {
	block    block
	files    []string
	imports  []string
	fragment bool
}

// wrap completes a block to files that can be type-checked. names maps package names to import paths.
func wrap(b block, names map[string][]string) (*source, error) {
	if strings.HasPrefix(firstCode(b.text), "package ") {
		return wholeFile(b)
	}
	own, body, err := splitImports(b)
	if err != nil {
		return nil, err
	}
	for _, spec := range own {
		b.imports = append(b.imports, pathOf(spec))
	}
	declarations := "package doc\n" + lineOf(b) + body
	inFunction := "package doc\nfunc _() {\n" + lineOf(b) + body + "\n}\n"
	tree, err := parse(declarations)
	text := declarations
	if err != nil {
		if tree, err = parse(inFunction); err != nil {
			return nil, err
		}
		text = inFunction
	}
	s := &source{block: b, fragment: true}
	vars, err := variables(b, tree)
	if err != nil {
		return nil, err
	}
	preamble, err := parse("package doc\n" + vars)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: vars: %w", b.file, b.line, err)
	}
	for _, part := range []struct {
		tree *ast.File
		text string
	}{{tree, text}, {preamble, "package doc\n" + vars}} {
		header, err := s.resolve(part.tree, own, names)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, strings.Replace(part.text, "package doc\n", "package doc\n"+header, 1))
	}
	return s, nil
}

func wholeFile(b block) (*source, error) {
	text := lineOf(b) + b.text
	tree, err := parse(text)
	if err != nil {
		return nil, err
	}
	s := &source{block: b, files: []string{text}}
	for _, spec := range tree.Imports {
		s.imports = append(s.imports, pathOf(spec))
	}
	return s, nil
}

// firstCode is the first line that is neither empty nor a comment.
func firstCode(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			return line
		}
	}
	return ""
}

// lineOf is a line directive with the block's position in its document.
func lineOf(b block) string { return fmt.Sprintf("//line %s:%d\n", b.file, b.line) }

func parse(text string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), "", text, parser.ParseComments)
}

// splitImports removes the import declarations at the beginning of a fragment. Their lines stay, empty.
func splitImports(b block) (own []*ast.ImportSpec, body string, err error) {
	const clause = "package doc;"
	if !strings.HasPrefix(firstCode(b.text), "import") {
		return nil, b.text, nil
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "", clause+b.text, parser.ImportsOnly)
	if err != nil {
		return nil, "", fmt.Errorf("%s:%d: %w", b.file, b.line, err)
	}
	end := 0
	for _, d := range tree.Decls {
		end = fset.Position(d.End()).Offset - len(clause)
	}
	return tree.Imports, strings.Repeat("\n", strings.Count(b.text[:end], "\n")) + b.text[end:], nil
}

// variables declares the usual variables that the fragment uses without declaring them, and those of the comment vars.
func variables(b block, tree *ast.File) (string, error) {
	var lines []string
	known := map[string]bool{}
	for _, v := range b.vars {
		name, _, ok := strings.Cut(v, " ")
		if !ok {
			return "", fmt.Errorf("%s:%d: vars: %q has no type", b.file, b.line, v)
		}
		known[name] = true
		lines = append(lines, "var "+v)
	}
	for _, ident := range tree.Unresolved {
		kind, ok := usualVariables[ident.Name]
		if !ok || known[ident.Name] || b.isPackage(ident.Name) || ident.Name == "log" && usesPackageLog(tree) {
			continue
		}
		known[ident.Name] = true
		lines = append(lines, "var "+ident.Name+" "+kind)
	}
	return strings.Join(lines, "\n") + "\n", nil
}

func usesPackageLog(tree *ast.File) bool {
	found := false
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			x, ok := sel.X.(*ast.Ident)
			found = found || ok && x.Name == "log" && slices.Contains(logFunctions, sel.Sel.Name)
		}
		return true
	})
	return found
}

// resolve finds the packages that a file uses, adds them to imports, and returns the import declarations.
func (s *source) resolve(tree *ast.File, own []*ast.ImportSpec, names map[string][]string) (string, error) {
	qualifiers := map[*ast.Ident]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				qualifiers[x] = true
			}
		}
		return true
	})
	var header strings.Builder
	done := map[string]bool{}
	for _, ident := range tree.Unresolved {
		name := ident.Name
		if !qualifiers[ident] || done[name] || s.isVariable(name, tree) {
			continue
		}
		done[name] = true
		path, err := s.find(name, own, names)
		if err != nil {
			return "", err
		}
		if path != "" {
			s.imports = append(s.imports, path)
			fmt.Fprintf(&header, "import %s %q\n", name, path)
		}
	}
	return header.String(), nil
}

func (s *source) isVariable(name string, tree *ast.File) bool {
	for _, v := range s.block.vars {
		if declared, _, _ := strings.Cut(v, " "); declared == name {
			return true
		}
	}
	return usualVariables[name] != "" && !s.block.isPackage(name) && (name != "log" || !usesPackageLog(tree))
}

// isPackage reports whether the block says that it imports a package of that name.
func (b block) isPackage(name string) bool {
	return slices.ContainsFunc(b.imports, func(path string) bool { return isNamed(path, name, nil) })
}

// find is the import path of a package name: that of an import of the block, or the only one there is. It is empty for
// an unknown name, which the type checker reports.
func (s *source) find(name string, own []*ast.ImportSpec, names map[string][]string) (string, error) {
	for _, spec := range own {
		path := pathOf(spec)
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && isNamed(path, name, names) {
			return path, nil
		}
	}
	for _, path := range s.block.imports {
		if isNamed(path, name, names) {
			return path, nil
		}
	}
	switch candidates := names[name]; len(candidates) {
	case 0:
		return "", nil
	case 1:
		return candidates[0], nil
	default:
		return "", fmt.Errorf("%s:%d: package %s can be %s; import one",
			s.block.file, s.block.line, name, strings.Join(candidates, " or "))
	}
}

// isNamed reports whether a path is that of a package with the name. The last element of a path that is not in names
// counts as the name.
func isNamed(path, name string, names map[string][]string) bool {
	return slices.Contains(names[name], path) || path == name || strings.HasSuffix(path, "/"+name)
}

func pathOf(spec *ast.ImportSpec) string {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return ""
	}
	return path
}
