package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// plan is one product's floor plan: a tree of rooms.
type plan struct {
	Product string
	// Rooms are the services at the top, All every room in the order of printing.
	Rooms, All []*room

	imports []string
}

// room is one accessor: a service, a group of services, or both.
type room struct {
	// Name is the accessor's last word, Path all of it: "Discovery.IntermediateSessions".
	Name, Path string
	// Type is the group's type, empty for a room without rooms behind it.
	Type string
	// Alias is the imported package's name, empty for a room without endpoints.
	Alias string
	Rooms []*room
}

func newPlan(api *ir.API, product string) *plan {
	p := &plan{Product: product, imports: []string{quote(ir.Module + "/shared")}}
	root := &room{}
	taken := map[string]bool{"shared": true}
	for _, pkg := range api.Packages {
		if !pkg.HasService() || !slices.Contains(pkg.ExposedOn, product) {
			continue
		}
		at := root
		for _, word := range pkg.Service() {
			at = at.child(names.Go(word))
		}
		at.Alias = pkg.Alias()
		if len(pkg.Service()) == 1 && !taken[pkg.Name] {
			at.Alias = pkg.Name
		}
		taken[at.Alias] = true
		p.imports = append(p.imports, importLine(at.Alias, pkg))
	}
	p.Rooms = root.Rooms
	p.collect(root)
	return p
}

// Doc is the package comment.
func (p *plan) Doc() string {
	kind := map[string]string{"b2b": "B2B", "b2c": "consumer"}[p.Product]
	return fmt.Sprintf("Package %s is the floor plan of the %s product: which service hangs where. "+
		"The services themselves are in the packages below it.", p.Product, kind)
}

// Imports is the import declaration.
func (p *plan) Imports() string { return imports(nil, p.imports) }

// Doc is the comment of a group's type.
func (r *room) Doc() string {
	text := fmt.Sprintf("%s groups the services under %s.", r.Type, r.Path)
	if r.Alias != "" {
		text += fmt.Sprintf(" See [%s.Service] for its own methods.", r.Alias)
	}
	return text
}

// GoType is the type of the room's field.
func (r *room) GoType() string {
	if len(r.Rooms) > 0 {
		return r.Type
	}
	return "*" + r.Alias + ".Service"
}

func (r *room) child(name string) *room {
	for _, c := range r.Rooms {
		if c.Name == name {
			return c
		}
	}
	c := &room{Name: name, Path: strings.TrimPrefix(r.Path+"."+name, ".")}
	r.Rooms = append(r.Rooms, c)
	r.Type = strings.ReplaceAll(r.Path, ".", "")
	return c
}

func (p *plan) collect(r *room) {
	for _, c := range r.Rooms {
		p.All = append(p.All, c)
		p.collect(c)
	}
}

// Groups are the rooms that have rooms behind them.
func (p *plan) Groups() []*room {
	var groups []*room
	for _, r := range p.All {
		if len(r.Rooms) > 0 {
			groups = append(groups, r)
		}
	}
	return groups
}
