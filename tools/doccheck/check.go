package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// check type-checks the blocks against the module at root and returns a line per failure.
func check(ctx context.Context, root string, blocks []block) ([]string, error) {
	names, err := index(ctx, root)
	if err != nil {
		return nil, err
	}
	var failures []string
	var sources []*source
	var imports []string
	for _, b := range blocks {
		s, err := wrap(b, names)
		if err != nil {
			failures = append(failures, positions(err)...)
			continue
		}
		sources = append(sources, s)
		imports = append(imports, s.imports...)
	}
	slices.Sort(imports)
	fset := token.NewFileSet()
	packages, err := compile(ctx, root, fset, append([]string{"unsafe"}, slices.Compact(imports)...)...)
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		failures = append(failures, s.check(fset, packages)...)
	}
	return failures, nil
}

// check returns the type checker's errors for the block, without those that a fragment may have.
func (s *source) check(fset *token.FileSet, packages types.Importer) []string {
	var files []*ast.File
	for _, text := range s.files {
		file, err := parser.ParseFile(fset, s.block.file, text, parser.ParseComments)
		if err != nil {
			return positions(err)
		}
		files = append(files, file)
	}
	name := files[0].Name.Name
	failures, info := s.checkFiles(fset, packages, files, types.NewPackage("doc", name))
	if !s.fragment || len(failures) == 0 {
		return failures
	}
	pkg := types.NewPackage("doc", name)
	for _, v := range fieldVariables(files, info, pkg) {
		pkg.Scope().Insert(v)
	}
	failures, _ = s.checkFiles(fset, packages, files, pkg)
	return failures
}

// checkFiles type-checks files as a package, whose scope may already have variables.
func (s *source) checkFiles(
	fset *token.FileSet, packages types.Importer, files []*ast.File, pkg *types.Package,
) (failures []string, info *types.Info) {
	calls := calledFunctions(files)
	config := types.Config{
		Importer:                 packages,
		DisableUnusedImportCheck: s.fragment,
		Error: func(err error) {
			e, ok := errors.AsType[types.Error](err)
			if !ok || s.fragment && (allowedInFragment(e.Msg) || calls[strings.TrimPrefix(e.Msg, "undefined: ")]) {
				return
			}
			at := e.Fset.Position(e.Pos)
			line := at.Line
			if s.fragment && line < s.block.line {
				line = s.block.line // an error in the code around the block
			}
			failures = append(failures, fmt.Sprintf("%s:%d: %s", s.block.file, line, oneLine(e.Msg)))
		},
	}
	info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	_ = types.NewChecker(&config, fset, pkg, info).Files(files) // the errors went to config.Error
	return failures, info
}

// calledFunctions are the unexported functions that are called by their bare names.
func calledFunctions(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.Ident); ok && !f.IsExported() {
					names[f.Name] = true
				}
			}
			return true
		})
	}
	return names
}

// allowedInFragment reports whether an error of the type checker does not count in a fragment.
func allowedInFragment(message string) bool {
	return strings.HasPrefix(message, "declared and not used") ||
		strings.HasPrefix(message, "too many return values") && strings.HasSuffix(message, "want ()")
}

// positions returns a line for each error of a parser, or one for another error.
func positions(err error) []string {
	list, ok := errors.AsType[scanner.ErrorList](err)
	if !ok {
		return []string{err.Error()}
	}
	var lines []string
	for _, e := range list {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", e.Pos.Filename, e.Pos.Line, e.Msg))
	}
	return lines
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
