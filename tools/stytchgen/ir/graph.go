package ir

import (
	"fmt"
	"slices"
	"strings"
)

// markRequests finds the types that requests reach and applies the rules for pointers: in a request an optional scalar
// or object is a pointer, or a Nullable where null has a meaning; in an answer only an optional object is a pointer.
func markRequests(api *API) error {
	answered := map[*Type]bool{}
	for t := range api.types() {
		switch t.Role {
		case Request:
			mark(t)
		case Response:
			reach(t, answered)
		case Model:
		}
	}
	for t := range api.types() {
		for _, f := range t.Fields {
			if f.Required && f.nullable && t.Role == Request {
				return t.flaw(f, "a required field of a request cannot be null")
			}
			if f.Required {
				continue
			}
			base := f.Type.Base
			object := base == Named && resolveAlias(f.Type.Named).Kind == Struct
			scalar := base == String || base == Int || base == Bool || base == Duration || base == Named
			f.Type.Nullable = t.InRequest && f.nullable
			if f.Type.Nullable && (f.Sensitive || f.Type.Type() != nil && f.Type.Type().Sensitive()) {
				return t.flaw(f, "what is secret cannot be null in a request")
			}
			if (scalar && !object || f.Type.Nullable) && t.InRequest && answered[t] {
				return t.flaw(f, "optional, in requests and in answers: make two types, for an answer's field is plain")
			}
			plain := base == Duration && f.Schema.Default == "0" // then zero says no more than absence
			f.Type.Pointer = !f.Type.Nullable && (object || scalar && t.InRequest && !plain)
		}
	}
	return nil
}

func (t *Type) flaw(f *Field, what string) error {
	return fmt.Errorf("%s.yaml: %s.%s: %s", t.Pkg.Dir, t.Name, f.Wire, what)
}

// reach collects the types that t reaches.
func reach(t *Type, seen map[*Type]bool) {
	if t = resolveAlias(t); seen[t] {
		return
	}
	seen[t] = true
	for _, f := range t.Fields {
		if inner := f.Type.Type(); inner != nil {
			reach(inner, seen)
		}
	}
}

func mark(t *Type) {
	if t = resolveAlias(t); t.InRequest {
		return
	}
	t.InRequest = true
	for _, f := range t.Fields {
		if inner := f.Type.Type(); inner != nil {
			mark(inner)
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

// storeys fills in imports, and fails where a package does not stand above all that it imports: with the path of the
// first circle, and where b2c would stand on b2b.
func storeys(api *API) error {
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
				return fmt.Errorf("%s.yaml: %s: imports %s, but %s", p.Dir, p.causes[other], other.Dir, rule)
			}
		}
	}
	for _, p := range api.Packages {
		if err := climb(p, nil, done); err != nil {
			return err
		}
	}
	return nil
}

func (p *Package) use(other *Package, cause string) {
	if other != p && !slices.Contains(p.Imports, other) {
		p.Imports = append(p.Imports, other)
		p.causes[other] = cause
	}
}

func climb(p *Package, trail []*Package, done map[*Package]bool) error {
	if i := slices.Index(trail, p); i >= 0 {
		return circle(append(trail[i:], p))
	}
	if done[p] {
		return nil
	}
	for _, other := range p.Imports {
		if err := climb(other, append(slices.Clone(trail), p), done); err != nil {
			return err
		}
	}
	done[p] = true
	return nil
}

// circle names the packages and, for each, a field that needs the next one.
func circle(trail []*Package) error {
	var dirs, causes []string
	for i, p := range trail {
		dirs = append(dirs, p.Dir)
		if i+1 < len(trail) {
			causes = append(causes, p.Dir+".yaml: "+p.causes[trail[i+1]])
		}
	}
	return fmt.Errorf("packages import each other: %s\n\t%s", strings.Join(dirs, " -> "), strings.Join(causes, "\n\t"))
}
