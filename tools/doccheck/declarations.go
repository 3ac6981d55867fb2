package main

import (
	"go/ast"
	"path"
	"strings"
)

// imports are the paths of the package's imports, by the names under which its files use them.
func (p *goPackage) imports() map[string]string {
	paths := map[string]string{}
	for _, f := range p.files {
		for _, spec := range f.tree.Imports {
			name := path.Base(pathOf(spec))
			if spec.Name != nil {
				name = spec.Name.Name
			}
			paths[name] = pathOf(spec)
		}
	}
	return paths
}

// declarations are the names that the package's source declares, exported or not. Members are behind
// their type and a dot.
func (p *goPackage) declarations(inTests bool) map[string]bool {
	names := map[string]bool{}
	for _, f := range p.files {
		if f.isTest() && !inTests {
			continue
		}
		for _, d := range f.tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[member(receiver(d), d.Name.Name)] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					declare(names, spec)
				}
			}
		}
	}
	return names
}

func declare(names map[string]bool, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			names[name.Name] = true
		}
	case *ast.TypeSpec:
		names[spec.Name.Name] = true
		ast.Inspect(spec.Type, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok {
				for _, name := range field.Names {
					names[member(spec.Name.Name, name.Name)] = true
				}
			}
			return true
		})
	}
}

// receiver is the name of a method's type, empty for a function.
func receiver(f *ast.FuncDecl) string {
	name := ""
	if f.Recv != nil {
		ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
			if ident, ok := n.(*ast.Ident); ok && name == "" {
				name = ident.Name
			}
			return true
		})
	}
	return name
}

// member is Type.name, or the name alone.
func member(typeName, name string) string { return strings.TrimPrefix(typeName+"."+name, ".") }
