package layout_test

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// thirdParty are the modules that the SDK may link. They have no dependencies of their own.
var thirdParty = []string{
	"github.com/go-json-experiment/json",
	"github.com/google/go-querystring",
}

// imported is an import of a file. local is its path below this module, or "" for a package of another module.
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

// isCommon reports whether all packages of the SDK may import it.
func (i imported) isCommon() bool {
	return i.isStd() || i.local == "" && within(i.path, thirdParty...) ||
		within(i.local, "shared", "stytcherror", "internal")
}

// isServicePackage reports whether a folder lies below b2b or b2c.
func isServicePackage(dir string) bool {
	return strings.HasPrefix(dir, "b2b/") || strings.HasPrefix(dir, "b2c/")
}

// isTestPackage reports whether a folder is one of internal/...test, which only tests import.
func isTestPackage(dir string) bool { return within(dir, "internal") && strings.HasSuffix(dir, "test") }

// checkImports complains about each import of the chosen files that is not allowed. Test files may import anything.
func checkImports(files []*goFile, chosen func(*goFile) bool, allowed func(*goFile, imported) bool) []string {
	var complaints []string
	for _, f := range files {
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

func servicePackageImports(files []*goFile) []string {
	chosen := func(f *goFile) bool { return isServicePackage(f.dir) }
	return checkImports(files, chosen, func(f *goFile, i imported) bool {
		isChild := strings.HasPrefix(i.local, f.dir+"/")
		isOtherProduct := within(f.dir, "b2c") && within(i.local, "b2b")
		return i.isCommon() || isServicePackage(i.local) && !isChild && !isOtherProduct
	})
}

// serviceUse complains about service packages that use Service or New of another service package. They may use its
// other types.
func serviceUse(files []*goFile) []string {
	var complaints []string
	for _, f := range files {
		if f.isTest() || !isServicePackage(f.dir) {
			continue
		}
		services := map[string]bool{}
		for _, i := range f.imports() {
			if services[i.name] = services[i.name] || isServicePackage(i.local); i.name == "." {
				complaints = append(complaints, f.path+" imports the names of "+i.path)
			}
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if ok && services[x.Name] && (sel.Sel.Name == "Service" || sel.Sel.Name == "New") {
				complaints = append(complaints, fmt.Sprintf("%s uses %s.%s", f.fset.Position(sel.Pos()), x.Name, sel.Sel.Name))
			}
			return true
		})
	}
	return complaints
}

func serviceTreeImports(files []*goFile) []string {
	chosen := func(f *goFile) bool { return f.dir == "b2b" || f.dir == "b2c" }
	return checkImports(files, chosen, func(f *goFile, i imported) bool {
		isOtherProduct := f.dir == "b2c" && within(i.local, "b2b")
		return i.isCommon() || isServicePackage(i.local) && !isOtherProduct
	})
}

func sharedImports(files []*goFile) []string {
	below := []string{"internal/contexts", "internal/jsonnumber", "internal/secret", "internal/typecache"}
	chosen := func(f *goFile) bool { return f.under("shared", "stytcherror") || f.under(below...) }
	return checkImports(files, chosen, func(f *goFile, i imported) bool {
		isOwnCache := f.under("internal/secret") && within(i.local, "internal/typecache")
		return i.isStd() || within(i.local, below...) && !f.under(below...) || isOwnCache
	})
}

func internalImports(files []*goFile) []string {
	chosen := func(f *goFile) bool { return f.under("internal", "samlshield") && !isTestPackage(f.dir) }
	return checkImports(files, chosen, func(_ *goFile, i imported) bool { return i.isCommon() })
}

func emulatorImports(files []*goFile) []string {
	chosen := func(f *goFile) bool {
		return !f.under("emulator", "stytchtest", "cmd", "examples", "conformance") && !isTestPackage(f.dir)
	}
	return checkImports(files, chosen, func(_ *goFile, i imported) bool {
		return !within(i.local, "emulator", "stytchtest")
	})
}

// emulatorLayers are the layers of the emulator, the lowest one first. Packages of one layer do not import each other.
var emulatorLayers = [][]string{
	{"store", "strict", "password"}, {"state"}, {"ops"}, {"sign", "factor", "idp", "saml"}, {"login"}, {"engine"}, {"hosted"},
	{"b2b", "project", "scim"}, {"console"},
}

func emulatorLayer(dir string) int {
	name, ok := strings.CutPrefix(dir, "emulator/internal/")
	if !ok {
		return len(emulatorLayers)
	}
	return slices.IndexFunc(emulatorLayers, func(layer []string) bool { return slices.Contains(layer, name) })
}

// emulatorLayerImports complains about imports that do not go down, and about packages that are in no layer.
func emulatorLayerImports(files []*goFile) []string {
	chosen := func(f *goFile) bool { return f.under("emulator/internal") }
	return checkImports(files, chosen, func(f *goFile, i imported) bool {
		return emulatorLayer(f.dir) >= 0 && (!within(i.local, "emulator") || emulatorLayer(i.local) < emulatorLayer(f.dir))
	})
}

func testPackageImports(files []*goFile) []string {
	chosen := func(f *goFile) bool { return !isTestPackage(f.dir) && f.dir != "stytchtest" }
	return checkImports(files, chosen, func(_ *goFile, i imported) bool { return !isTestPackage(i.local) })
}

func testingImports(files []*goFile) []string {
	chosen := func(f *goFile) bool { return !isTestPackage(f.dir) && f.dir != "stytchtest" }
	return checkImports(files, chosen, func(_ *goFile, i imported) bool { return !within(i.path, "testing") })
}
