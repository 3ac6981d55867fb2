package main

import (
	"context"
	"go/doc/comment"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// module is a module with its packages, and what they and their imports declare.
type module struct {
	dir      string  // relative to the root
	sdk      *module // the root's; nil if this is it
	packages []*goPackage
	compiled *compiled
	members  map[string]bool // the names of all members of types
	foreign  map[string]bool // the names of the packages that it or its tests use from elsewhere
}

// loadModule reads and compiles the module in a folder below root.
func loadModule(ctx context.Context, root, dir string) (*module, error) {
	packages, err := readPackages(ctx, root, dir)
	if err != nil {
		return nil, err
	}
	compiled, err := compile(ctx, filepath.Join(root, dir), token.NewFileSet(), "./...")
	if err != nil {
		return nil, err
	}
	used, err := list(ctx, filepath.Join(root, dir), "-deps", "-test", "./...")
	if err != nil {
		return nil, err
	}
	m := &module{
		dir: dir, packages: packages, compiled: compiled, members: map[string]bool{}, foreign: map[string]bool{},
	}
	for _, p := range used {
		m.foreign[p.Name] = true
	}
	for _, p := range packages {
		for name := range p.declarations(true) {
			if _, member, ok := strings.Cut(name, "."); ok {
				m.members[member] = true
			}
		}
	}
	return m, nil
}

// declares reports whether a package has an exported name, followed by those of members. It is true for every name in a
// package of the standard library that the module does not use.
func (m *module) declares(path string, names []string) bool {
	if _, ok := m.compiled.packages[path]; !ok {
		if m.sdk != nil && m.sdk.compiled.packages[path].ImportPath != "" {
			return m.sdk.declares(path, names)
		}
		_, isStd := comment.DefaultLookupPackage(path)
		return isStd
	}
	pkg, err := m.compiled.Import(path)
	if err != nil {
		return false
	}
	object := pkg.Scope().Lookup(names[0])
	for _, name := range names[1:] {
		if object == nil {
			return false
		}
		object, _, _ = types.LookupFieldOrMethod(object.Type(), true, pkg, name)
	}
	return object != nil
}

// hasMember reports whether some type of the module or the SDK has a member.
func (m *module) hasMember(name string) bool {
	return m.members[name] || m.sdk != nil && m.sdk.members[name]
}

// anyDeclares reports whether some package of the module or the SDK has a name, or its Client or Services has such a
// member.
func (m *module) anyDeclares(names []string) bool {
	return m.sdk != nil && m.sdk.anyDeclares(names) || slices.ContainsFunc(m.packages, func(p *goPackage) bool {
		return m.declares(p.ImportPath, names) ||
			m.declares(p.ImportPath, slices.Concat([]string{"Client"}, names)) ||
			m.declares(p.ImportPath, slices.Concat([]string{"Services"}, names))
	})
}

// named are the import paths of the packages of the module and the SDK with a name.
func (m *module) named(name string) []string {
	var paths []string
	if m.sdk != nil {
		paths = m.sdk.named(name)
	}
	for _, p := range m.packages {
		if p.Name == name && !strings.HasSuffix(p.ImportPath, ".test") {
			paths = append(paths, p.ImportPath)
		}
	}
	return paths
}
