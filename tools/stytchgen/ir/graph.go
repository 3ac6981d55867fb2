package ir

import (
	"fmt"
	"slices"
	"strings"
)

// markRequests finds the types that requests reach and applies the rules for pointers: in a request an optional scalar
// or object is a pointer, in an answer only an optional object is.
func markRequests(api *API) {
	for _, p := range api.Packages {
		for _, t := range p.Types {
			if t.Role == Request {
				mark(t)
			}
		}
	}
	for _, p := range api.Packages {
		for _, t := range p.Types {
			for _, f := range t.Fields {
				if f.Required {
					continue
				}
				named := f.Type.Base == Named && resolveAlias(f.Type.Named).Kind == Struct
				scalar := f.Type.Base == String || f.Type.Base == Int || f.Type.Base == Bool || f.Type.Base == Named
				f.Type.Pointer = named || scalar && t.InRequest
			}
		}
	}
}

func mark(t *Type) {
	if t = resolveAlias(t); t.InRequest {
		return
	}
	t.InRequest = true
	for _, f := range t.Fields {
		if inner := f.Type.namedType(); inner != nil {
			mark(inner)
		}
	}
}

func resolveAlias(t *Type) *Type {
	for t.Kind == Alias {
		t = t.Target
	}
	return t
}

func (e *Expr) namedType() *Type {
	for e.Elem != nil {
		e = e.Elem
	}
	return e.Named
}

// storeys fills in imports and storeys, and fails with the path of the first circle.
func storeys(api *API) error {
	for _, p := range api.Packages {
		for _, t := range p.Types {
			if t.Kind == Alias {
				p.use(t.Target.Pkg)
			}
			for _, f := range t.Fields {
				if named := f.Type.namedType(); named != nil {
					p.use(named.Pkg)
				}
			}
		}
		slices.SortFunc(p.Imports, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
	}
	for _, p := range api.Packages {
		if err := climb(p, nil); err != nil {
			return err
		}
		for _, other := range p.Imports {
			if p.Product == "b2c" && other.Product == "b2b" {
				return fmt.Errorf("%s imports %s: b2c never imports b2b", p.Dir, other.Dir)
			}
		}
	}
	return nil
}

func (p *Package) use(other *Package) {
	if other != p && !slices.Contains(p.Imports, other) {
		p.Imports = append(p.Imports, other)
	}
}

func climb(p *Package, trail []string) error {
	if slices.Contains(trail, p.Dir) {
		return fmt.Errorf("packages import each other: %s", strings.Join(append(trail, p.Dir), " -> "))
	}
	for _, other := range p.Imports {
		if err := climb(other, append(trail, p.Dir)); err != nil {
			return err
		}
		p.Storey = max(p.Storey, other.Storey+1)
	}
	return nil
}
