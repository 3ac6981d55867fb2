package layout_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// sized are the integer types except int. A field of such a type cannot be set to new(60).
var sized = []string{"int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64"}

// tags checks the tagged fields of the exported structs of b2b, b2c and shared.
func tags(files []*goFile) []string {
	var complaints []string
	for _, f := range files {
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
	switch {
	case field.Tag == nil || len(field.Names) == 0:
		return nil
	case len(field.Names) > 1:
		return []string{field.Names[0].Name + " shares its tag"}
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

// embedTags complains about a field with only one of the tag options embed and inline. They are two names of one
// option, embed in go-json-experiment/json, inline in Go 1.26 with GOEXPERIMENT=jsonv2. Each ignores the other's name.
func embedTags(files []*goFile) []string {
	var complaints []string
	for _, f := range files {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			raw, _ := strconv.Unquote(field.Tag.Value)
			options := strings.Split(reflect.StructTag(raw).Get("json"), ",")[1:]
			if slices.Contains(options, "embed") != slices.Contains(options, "inline") {
				complaints = append(complaints, f.fset.Position(field.Pos()).String()+": embed and inline go together")
			}
			return true
		})
	}
	return complaints
}
