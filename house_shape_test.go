package stytch_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxHandWritten = 400
	maxGenerated   = 1 << 20
	maxFunction    = 60
)

func fileSizes(house []*goFile) []string {
	var complaints []string
	for _, f := range house {
		limit := maxHandWritten
		switch {
		case f.isGenerated() && f.isTest():
			continue
		case f.isGenerated():
			limit = maxGenerated
		}
		if n := bytes.Count(f.text, []byte("\n")); n > limit {
			complaints = append(complaints, fmt.Sprintf("%s has %d lines, %d is the ceiling", f.path, n, limit))
		}
	}
	return complaints
}

func functionSizes(house []*goFile) []string {
	var complaints []string
	for _, f := range house {
		if f.isGenerated() || f.isTest() {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if fn, ok := n.(*ast.FuncDecl); ok {
				first, last := f.fset.Position(fn.Pos()), f.fset.Position(fn.End())
				if size := last.Line - first.Line + 1; size > maxFunction {
					complaints = append(complaints, fmt.Sprintf("%s: %s has %d lines", first, fn.Name.Name, size))
				}
			}
			return true
		})
	}
	return complaints
}

var marker = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func markers(house []*goFile) []string {
	var complaints []string
	for _, f := range house {
		first, _, _ := bytes.Cut(f.text, []byte("\n"))
		switch head := f.text[:f.fset.Position(f.tree.Package).Offset]; {
		case f.isGenerated() && !marker.Match(first):
			complaints = append(complaints, f.path+": the first line is no marker")
		case !f.isGenerated() && marker.Match(head):
			complaints = append(complaints, f.path+": a marker, but the name does not end in _gen.go")
		}
	}
	return complaints
}

func packageComments(house []*goFile) []string {
	commented := map[string]bool{}
	var dirs []string
	for _, f := range house {
		if f.isTest() {
			continue
		}
		if _, seen := commented[f.dir]; !seen {
			dirs = append(dirs, f.dir)
		}
		commented[f.dir] = commented[f.dir] || f.tree.Doc != nil
	}
	var complaints []string
	for _, dir := range dirs {
		if !commented[dir] {
			complaints = append(complaints, dir+": no package comment")
		}
	}
	return complaints
}

// sized are the integers that new(60) does not make.
var sized = []string{"int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64"}

// tags checks the exported structs of the rooms that say how they travel.
func tags(house []*goFile) []string {
	var complaints []string
	for _, f := range house {
		if f.isTest() || !f.under("b2b", "b2c", "shared") {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || !spec.Name.IsExported() {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, text := range fieldComplaints(spec.Name.Name, field) {
						complaints = append(complaints, fmt.Sprintf("%s: %s.%s", f.fset.Position(field.Pos()), spec.Name.Name, text))
					}
				}
			}
			return true
		})
	}
	return complaints
}

func fieldComplaints(structName string, field *ast.Field) []string {
	if field.Tag == nil || len(field.Names) != 1 {
		return nil
	}
	raw, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return []string{err.Error()}
	}
	tag := reflect.StructTag(raw)
	options := tag.Get("json") + "," + tag.Get("url")
	kind := types.ExprString(field.Type)
	var list []string
	if strings.Contains(options, "omitempty") {
		list = append(list, "omitempty")
	}
	if slices.Contains(sized, strings.TrimLeft(kind, "*[]")) {
		list = append(list, kind+", which is not int")
	}
	if strings.HasPrefix(kind, "[]*") {
		list = append(list, "a list of pointers")
	}
	optional := strings.HasPrefix(kind, "*") || strings.HasPrefix(kind, "shared.Nullable[")
	if strings.HasSuffix(structName, "Request") && optional && !strings.Contains(options, "omitzero") {
		list = append(list, kind+" without omitzero")
	}
	for i := range list {
		list[i] = field.Names[0].Name + " is " + list[i]
	}
	return list
}
