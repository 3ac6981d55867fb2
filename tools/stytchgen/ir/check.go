package ir

import (
	"fmt"
	"go/token"
	"maps"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// checkNames makes sure that each Go name is an identifier and unique, and so is each endpoint. It sets SharesName.
func checkNames(api *API) error {
	routes := map[string]string{}
	packages := map[string]int{}
	for _, p := range api.Packages {
		packages[p.Name]++
		if err := p.checkNames(); err != nil {
			return fmt.Errorf("%s.yaml: %w", p.Dir, err)
		}
		for _, op := range p.Ops {
			route := op.HTTPMethod + " " + op.Path
			if other, twice := routes[route]; twice {
				return fmt.Errorf("%s.yaml: %s: %s is the endpoint of %s too", p.Dir, op.ID, route, other)
			}
			routes[route] = op.ID
		}
	}
	for _, p := range api.Packages {
		p.SharesName = packages[p.Name] > 1
	}
	return nil
}

func (p *Package) checkNames() error {
	taken := map[string]string{}
	claim := func(name, what string) error {
		if !token.IsIdentifier(name) {
			return fmt.Errorf("%s: %q is not a Go name", what, name)
		}
		if other, twice := taken[name]; twice {
			return fmt.Errorf("%s: %s is the Go name of %s too", what, name, other)
		}
		taken[name] = what
		return nil
	}
	if p.HasService() {
		taken["Service"], taken["New"] = "the service", "the service's constructor"
	}
	for _, op := range p.Ops {
		for _, f := range op.Filters {
			if err := claim(f.Name, "filter "+f.Wire); err != nil {
				return err
			}
		}
		if op.Pages == nil {
			continue
		}
		if p.method(op.Pages.Name) != "" {
			return fmt.Errorf("%s: %s is the name of another operation", op.ID, op.Pages.Name)
		}
	}
	for _, t := range p.Types {
		if err := claim(t.Name, "type "+t.Name); err != nil {
			return err
		}
		if err := t.checkFields(); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		for _, c := range t.Constants {
			if err := claim(c.Name, fmt.Sprintf("%s: value %q", t.Name, c.Value)); err != nil {
				return err
			}
		}
	}
	for _, v := range p.Values {
		for _, c := range v.Constants {
			if err := claim(c.Name, fmt.Sprintf("%s: value %q", v.Name, c.Value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// methods are the names of methods that generated types may have.
var methods = []string{"Format", "LogValue", "Login", "MarshalJSON", "Next", "UnmarshalJSON"}

func (t *Type) checkFields() error {
	taken, wires := map[string]string{}, map[string]bool{}
	for _, f := range t.Fields {
		switch {
		case !token.IsIdentifier(f.Name) || !token.IsExported(f.Name):
			return fmt.Errorf("%s: %q is not a Go name", f.Wire, f.Name)
		case slices.Contains(methods, f.Name):
			return fmt.Errorf("%s: %s is a method; choose another x-stytch-go-name", f.Wire, f.Name)
		case wires[f.Wire]:
			return fmt.Errorf("%s: is parameter and body field at once", f.Wire)
		case taken[f.Name] != "":
			return fmt.Errorf("%s: %s is the Go name of %s too", f.Wire, f.Name, taken[f.Name])
		}
		taken[f.Name], wires[f.Wire] = f.Wire, true
	}
	return t.checkSize(t, nil)
}

// checkSize fails where a value of the type would hold a value of the same type. at is the type to look into, fields
// lead to it.
func (t *Type) checkSize(at *Type, fields []string) error {
	for _, f := range at.Fields {
		inner := f.Type.Named
		if inner == nil || f.Type.Pointer || resolveAlias(inner).Kind != Struct {
			continue
		}
		inner = resolveAlias(inner)
		here := append(slices.Clone(fields), f.Wire)
		if inner == t {
			return fmt.Errorf("%s: holds itself", strings.Join(here, "."))
		}
		if len(here) > 64 { // another type holds itself, and its own check reports that
			return nil
		}
		if err := t.checkSize(inner, here); err != nil {
			return err
		}
	}
	return nil
}

// checkAccessors makes sure that no two services of a product have the same accessor.
func checkAccessors(api *API) error {
	for _, product := range []string{"b2b", "b2c"} {
		services := map[string]*Package{}
		for _, p := range api.Packages {
			if !p.HasService() || !slices.Contains(p.ExposedOn, product) {
				continue
			}
			key := strings.Join(p.Service(), ".")
			if other := services[key]; other != nil {
				return fmt.Errorf("%s.yaml: %s.%s is %s already", p.Dir, product, key, other.Dir)
			}
			services[key] = p
		}
		if err := checkMethods(product, services); err != nil {
			return err
		}
	}
	for _, p := range api.Packages {
		for _, on := range p.ExposedOn {
			if on != "b2b" && on != "b2c" && on != p.Product {
				return fmt.Errorf("%s.yaml: info: x-stytch-exposed-on: no client %q", p.Dir, on)
			}
		}
		for _, op := range p.Ops {
			if !slices.Equal(op.Service, p.Service()) {
				return fmt.Errorf("%s.yaml: %s: %s spells the service differently", p.Dir, op.ID, p.Ops[0].ID)
			}
		}
		for _, op := range p.ByHand {
			if !slices.Equal(op.Service, p.Service()) {
				return fmt.Errorf("%s.yaml: %s: another operation spells the service differently", p.Dir, op.ID)
			}
		}
	}
	return nil
}

// checkMethods fails where a service's method has the name of a service below it. services are a product's, by
// accessor.
func checkMethods(product string, services map[string]*Package) error {
	for _, key := range slices.Sorted(maps.Keys(services)) {
		words := strings.Split(key, ".")
		parent := services[strings.Join(words[:len(words)-1], ".")]
		if parent == nil {
			continue
		}
		name := names.Go(words[len(words)-1])
		if id := parent.method(name); id != "" {
			return fmt.Errorf("%s.yaml: %s: %s is also the service %s.%s", parent.Dir, id, name, product, key)
		}
	}
	return nil
}

// method is the id of the operation whose method has this name, empty where there is none.
func (p *Package) method(name string) (id string) {
	for _, op := range p.Ops {
		if op.Name == name {
			return op.ID
		}
	}
	for _, op := range p.ByHand {
		if op.Name == name {
			return op.ID
		}
	}
	return ""
}
