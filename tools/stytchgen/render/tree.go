package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// tree is the tree of one product's services.
type tree struct {
	Product string
	// Top are the services directly below the product, All every node, parents before their children.
	Top, All []*node

	imports []string
}

// node is one step of an accessor: a service, a group of services, or both.
type node struct {
	// Name is the accessor's last word, Path the whole accessor below the product: "Discovery.IntermediateSessions".
	Name, Path string
	// Type is the struct that holds the children, empty without children.
	Type string
	// Package is the name under which the service's package is imported, empty for a group without a service.
	Package  string
	Children []*node
}

func newTree(api *ir.API, product string) *tree {
	t := &tree{Product: product, imports: []string{quote(ir.Module + "/internal/verify"), quote(ir.Module + "/shared")}}
	root := &node{}
	taken := map[string]bool{"shared": true, "verify": true}
	for _, p := range api.Packages {
		if !p.HasService() || !slices.Contains(p.ExposedOn, product) {
			continue
		}
		at := root
		for _, word := range p.Service() {
			at = at.child(names.Go(word))
		}
		at.Package = p.Alias()
		if len(p.Service()) == 1 && !taken[p.Name] {
			at.Package = p.Name
		}
		taken[at.Package] = true
		t.imports = append(t.imports, importLine(at.Package, p))
	}
	t.Top = root.Children
	t.collect(root)
	return t
}

// Name is the product's name in Go's spelling.
func (t *tree) Name() string { return names.Go(t.Product) }

// Doc is the package comment.
func (t *tree) Doc() string {
	kind := map[string]string{"b2b": "B2B", "b2c": "consumer"}[t.Product]
	return fmt.Sprintf("Package %[1]s joins all services of the %[2]s product in a tree. "+
		"Each service has a package of its own.\n"+
		"The two names that matter are [Services], which programs reach as client.%[3]s, "+
		"and [New], for programs without a client:\n"+
		"\tservices := %[1]s.New(&shared.FetchConfig{ProjectID: projectID, BaseURL: baseURL, HTTPClient: httpClient})",
		t.Product, kind, t.Name())
}

// Imports is the import declaration.
func (t *tree) Imports() string { return imports(nil, t.imports) }

// Groups are the nodes that have children.
func (t *tree) Groups() []*node {
	return slices.DeleteFunc(slices.Clone(t.All), func(n *node) bool { return len(n.Children) == 0 })
}

func (t *tree) collect(n *node) {
	for _, c := range n.Children {
		t.All = append(t.All, c)
		t.collect(c)
	}
}

// Doc is the comment of a group's type.
func (n *node) Doc() string {
	text := fmt.Sprintf("%s groups the services under %s.", n.Type, n.Path)
	if n.Package != "" {
		text += fmt.Sprintf(" See [%s.Service] for its own methods.", n.Package)
	}
	return text
}

// GoType is the type of the field that holds the node.
func (n *node) GoType() string {
	if len(n.Children) > 0 {
		return n.Type
	}
	return "*" + n.Package + ".Service"
}

// child is the child of a name, which is added where there is none.
func (n *node) child(name string) *node {
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	c := &node{Name: name, Path: strings.TrimPrefix(n.Path+"."+name, ".")}
	n.Children = append(n.Children, c)
	n.Type = strings.ReplaceAll(n.Path, ".", "")
	return c
}
