package stytch_test

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// thirdParty are the modules that the SDK proper may link; none has dependencies of its own.
var thirdParty = []string{
	"github.com/go-json-experiment/json",
	"github.com/golang-jwt/jwt/v5",
	"github.com/google/go-querystring",
	"golang.org/x/sync",
}

// rehearsal are internal packages that tests alone use, and which may therefore know more.
var rehearsal = []string{
	"internal/canary", "internal/contract", "internal/minttest", "internal/pairbench",
}

// imported is an import of a file; local is its path below the module, empty for a foreign one.
type imported struct{ name, path, local string }

func (f *goFile) imports() []imported {
	var list []imported
	for _, spec := range f.tree.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		i := imported{name: path.Base(target), path: target}
		if spec.Name != nil {
			i.name = spec.Name.Name
		}
		if target == modulePath {
			i.local = "."
		} else if rest, ok := strings.CutPrefix(target, modulePath+"/"); ok {
			i.local = rest
		}
		list = append(list, i)
	}
	return list
}

func (i imported) isStd() bool {
	first, _, _ := strings.Cut(i.path, "/")
	return !strings.Contains(first, ".")
}

func (i imported) isThirdParty() bool { return i.local == "" && within(i.path, thirdParty...) }

// isLeaf reports whether a folder is a room: below b2b or b2c.
func isLeaf(dir string) bool { return strings.HasPrefix(dir, "b2b/") || strings.HasPrefix(dir, "b2c/") }

// doors complains about each import of the chosen files that is not allowed.
func doors(house []*goFile, chosen func(*goFile) bool, allowed func(*goFile, imported) bool) []string {
	var complaints []string
	for _, f := range house {
		if f.isTest() || !chosen(f) {
			continue
		}
		for _, i := range f.imports() {
			if !allowed(f, i) {
				complaints = append(complaints, fmt.Sprintf("%s imports %s", f.path, i.path))
			}
		}
	}
	return complaints
}

func leafDoors(house []*goFile) []string {
	return doors(house, func(f *goFile) bool { return isLeaf(f.dir) }, func(f *goFile, i imported) bool {
		switch {
		case i.isStd(), i.isThirdParty(), within(i.local, "shared", "stytcherror", "internal"):
			return true
		case strings.HasPrefix(i.local, f.dir+"/"), strings.HasPrefix(f.dir, "b2c/") && within(i.local, "b2b"):
			return false
		}
		return isLeaf(i.local)
	})
}

// leafServices complains where a leaf makes or holds another leaf's service: it may use its types only.
func leafServices(house []*goFile) []string {
	var complaints []string
	for _, f := range house {
		if f.isTest() || !isLeaf(f.dir) {
			continue
		}
		leaves := map[string]bool{}
		for _, i := range f.imports() {
			leaves[i.name] = leaves[i.name] || isLeaf(i.local)
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if ok && leaves[x.Name] && (sel.Sel.Name == "Service" || sel.Sel.Name == "New") {
				complaints = append(complaints, fmt.Sprintf("%s uses %s.%s", f.fset.Position(sel.Pos()), x.Name, sel.Sel.Name))
			}
			return true
		})
	}
	return complaints
}

func floorPlanDoors(house []*goFile) []string {
	isPlan := func(f *goFile) bool { return f.dir == "b2b" || f.dir == "b2c" }
	return doors(house, isPlan, func(f *goFile, i imported) bool {
		if f.dir == "b2c" && within(i.local, "b2b") {
			return false
		}
		return i.isStd() || isLeaf(i.local) || within(i.local, "shared", "stytcherror", "internal")
	})
}

func hallDoors(house []*goFile) []string {
	isHall := func(f *goFile) bool { return f.under("shared", "stytcherror") }
	return doors(house, isHall, func(_ *goFile, i imported) bool {
		return i.isStd() || within(i.local, "internal/secret", "internal/jsonnumber")
	})
}

func internalDoors(house []*goFile) []string {
	isInternal := func(f *goFile) bool { return f.under("internal", "samlshield") && !f.under(rehearsal...) }
	return doors(house, isInternal, func(_ *goFile, i imported) bool {
		return i.isStd() || i.isThirdParty() || within(i.local, "shared", "stytcherror", "internal")
	})
}

func emulatorDoors(house []*goFile) []string {
	isOutside := func(f *goFile) bool {
		return !f.under("emulator", "stytchtest", "cmd", "examples")
	}
	return doors(house, isOutside, func(_ *goFile, i imported) bool { return !within(i.local, "emulator", "stytchtest") })
}

func rehearsalDoors(house []*goFile) []string {
	isProduction := func(f *goFile) bool { return !f.under(rehearsal...) }
	return doors(house, isProduction, func(_ *goFile, i imported) bool { return !within(i.local, rehearsal...) })
}

func testingDoors(house []*goFile) []string {
	isProduction := func(f *goFile) bool { return !f.under(append(slices.Clone(rehearsal), "stytchtest")...) }
	return doors(house, isProduction, func(_ *goFile, i imported) bool { return !within(i.path, "testing") })
}
