package render

import (
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
	Imports    []string
}

// room is one accessor: a service, a group of services, or both.
type room struct {
	// Name is the accessor's last word, Path all of it: "Discovery.IntermediateSessions".
	Name, Path string
	// Type is the group's type, empty for a room without rooms behind it.
	Type string
	// Alias is the imported package's name, empty for a room without endpoints.
	Alias string
	Doc   string
	Pkg   *ir.Package
	Rooms []*room
}

func newPlan(api *ir.API, product string) *plan {
	p := &plan{Product: product}
	root := &room{}
	for _, pkg := range api.Packages {
		if len(pkg.Ops) == 0 || !slices.Contains(pkg.ExposedOn, product) {
			continue
		}
		at := root
		for _, word := range pkg.Ops[0].Service {
			at = at.child(names.Go(word))
		}
		at.Pkg = pkg
		at.Alias = strings.ReplaceAll(strings.TrimPrefix(pkg.Dir, product+"/"), "/", "")
		line := `"` + pkg.Import() + `"`
		if at.Alias != pkg.Name {
			line = at.Alias + " " + line
		}
		p.Imports = append(p.Imports, line)
	}
	p.Rooms = root.Rooms
	p.collect(root)
	return p
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
