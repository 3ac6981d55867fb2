package ir

import (
	"fmt"
	"slices"
	"strings"
)

// markRequests finds the types that requests refer to and applies the rules for pointers: in a request an optional
// scalar or object is a pointer, or a Nullable where null has a meaning; in a response only an optional object is a
// pointer.
func markRequests(api *API) error {
	answered := map[*Type]bool{}
	for t := range api.types() {
		switch t.Role {
		case Request:
			markInRequest(t)
		case Response:
			collect(t, answered)
		case Model:
		}
	}
	for t := range api.types() {
		for _, f := range t.Fields {
			if f.Required && f.nullable && t.Role == Request {
				return t.fieldError(f, "a required field of a request cannot be null")
			}
			if f.Required {
				continue
			}
			base := f.Type.Base
			object := base == Named && resolveAlias(f.Type.Named).Kind == Struct
			scalar := base == String || base == Int || base == Bool || base == Duration || base == Named
			f.Type.Nullable = t.InRequest && f.nullable
			if f.Type.Nullable && (f.Sensitive || f.Type.Type() != nil && f.Type.Type().Sensitive()) {
				return t.fieldError(f, "what is secret cannot be null in a request")
			}
			if (scalar && !object || f.Type.Nullable) && t.InRequest && answered[t] {
				return t.fieldError(f, "optional, in requests and in responses: make two types")
			}
			plain := base == Duration && f.Schema.Default == "0" // zero and absence mean the same
			f.Type.Pointer = !f.Type.Nullable && (object || scalar && t.InRequest && !plain)
		}
	}
	return nil
}

func (t *Type) fieldError(f *Field, problem string) error {
	return fmt.Errorf("%s.yaml: %s.%s: %s", t.Pkg.Dir, t.Name, f.Wire, problem)
}

// collect adds the type and all that it refers to.
func collect(t *Type, seen map[*Type]bool) {
	if t = resolveAlias(t); seen[t] {
		return
	}
	seen[t] = true
	for _, f := range t.Fields {
		if inner := f.Type.Type(); inner != nil {
			collect(inner, seen)
		}
	}
}

// markInRequest sets InRequest of the type and of all that it refers to.
func markInRequest(t *Type) {
	if t = resolveAlias(t); t.InRequest {
		return
	}
	t.InRequest = true
	for _, f := range t.Fields {
		if inner := f.Type.Type(); inner != nil {
			markInRequest(inner)
		}
	}
}

func resolveAlias(t *Type) *Type {
	if t.Kind == Alias {
		return t.Target
	}
	return t
}

// types are all types, package by package.
func (api *API) types() func(yield func(*Type) bool) {
	return func(yield func(*Type) bool) {
		for _, p := range api.Packages {
			for _, t := range p.Types {
				if !yield(t) {
					return
				}
			}
		}
	}
}

// resolveImports sets the imports of each package. It fails where b2c imports b2b, and on an import cycle.
func resolveImports(api *API) error {
	for t := range api.types() {
		if t.Kind == Alias {
			t.Pkg.use(t.Target.Pkg, t.Name)
		}
		for _, f := range t.Fields {
			if named := f.Type.Type(); named != nil {
				t.Pkg.use(named.Pkg, t.Name+"."+f.Wire)
			}
		}
	}
	done := map[*Package]bool{}
	for _, p := range api.Packages {
		slices.SortFunc(p.Imports, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
		for _, other := range p.Imports {
			if p.Product == "b2c" && other.Product == "b2b" {
				const rule = "b2c never imports b2b"
				return fmt.Errorf("%s.yaml: %s: imports %s, but %s", p.Dir, p.importedFor[other], other.Dir, rule)
			}
		}
	}
	for _, p := range api.Packages {
		if err := checkCycles(p, nil, done); err != nil {
			return err
		}
	}
	return nil
}

func (p *Package) use(other *Package, where string) {
	if other != p && !slices.Contains(p.Imports, other) {
		p.Imports = append(p.Imports, other)
		p.importedFor[other] = where
	}
}

// checkCycles fails where the package imports itself by way of others. importers are the packages that led to it.
func checkCycles(p *Package, importers []*Package, done map[*Package]bool) error {
	if i := slices.Index(importers, p); i >= 0 {
		return cycleError(append(importers[i:], p))
	}
	if done[p] {
		return nil
	}
	for _, other := range p.Imports {
		if err := checkCycles(other, append(slices.Clone(importers), p), done); err != nil {
			return err
		}
	}
	done[p] = true
	return nil
}

// cycleError names the packages of a cycle and, for each, a field that needs the next one.
func cycleError(cycle []*Package) error {
	var dirs, fields []string
	for i, p := range cycle {
		dirs = append(dirs, p.Dir)
		if i+1 < len(cycle) {
			fields = append(fields, p.Dir+".yaml: "+p.importedFor[cycle[i+1]])
		}
	}
	return fmt.Errorf("packages import each other: %s\n\t%s", strings.Join(dirs, " -> "), strings.Join(fields, "\n\t"))
}
