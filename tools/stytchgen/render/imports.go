package render

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// imports is an import declaration: the standard library, then everything else, each sorted by path without duplicates.
func imports(std, others []string) string {
	var groups []string
	for _, lines := range [][]string{std, others} {
		lines = slices.Clone(lines)
		slices.SortFunc(lines, func(a, b string) int { return strings.Compare(importPath(a), importPath(b)) })
		if lines = slices.Compact(lines); len(lines) > 0 {
			groups = append(groups, "\t"+strings.Join(lines, "\n\t")+"\n")
		}
	}
	if len(groups) == 0 {
		return ""
	}
	if len(std)+len(others) == 1 {
		return "import " + strings.TrimSpace(groups[0]) + "\n"
	}
	return "import (\n" + strings.Join(groups, "\n") + ")\n"
}

func importPath(line string) string { return line[strings.Index(line, `"`):] }

// importLine is the line that imports a package under a name. It omits the name where that is the package's own.
func importLine(name string, p *ir.Package) string {
	if name == p.Name {
		return quote(p.Import())
	}
	return name + " " + quote(p.Import())
}
