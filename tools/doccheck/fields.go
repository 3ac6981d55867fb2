package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// fieldVariables are the undeclared variables of a fragment that are values of fields after which they are named, as in
// OrganizationID: organizationID or Type: new(typeValue). They get the fields' types.
func fieldVariables(files []*ast.File, info *types.Info, pkg *types.Package) []*types.Var {
	var found []*types.Var
	seen := map[string]bool{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			for _, element := range literal.Elts {
				name, typ := fieldVariable(element, info.TypeOf(literal))
				if name != nil && info.Uses[name] == nil && !seen[name.Name] {
					seen[name.Name] = true
					found = append(found, types.NewVar(token.NoPos, pkg, name.Name, typ))
				}
			}
			return true
		})
	}
	return found
}

// fieldVariable is the variable in an element of a literal of type t that is named after the element's field.
func fieldVariable(element ast.Expr, t types.Type) (*ast.Ident, types.Type) {
	pair, ok := element.(*ast.KeyValueExpr)
	if !ok || t == nil {
		return nil, nil
	}
	key, ok := pair.Key.(*ast.Ident)
	if !ok {
		return nil, nil
	}
	object, _, _ := types.LookupFieldOrMethod(t, true, nil, key.Name)
	field, ok := object.(*types.Var)
	if !ok {
		return nil, nil
	}
	value, typ := pair.Value, field.Type()
	if call, ok := value.(*ast.CallExpr); ok && len(call.Args) == 1 {
		pointer, isPointer := typ.(*types.Pointer)
		if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "new" || !isPointer {
			return nil, nil
		}
		value, typ = call.Args[0], pointer.Elem()
	}
	name, ok := value.(*ast.Ident)
	if !ok || len(name.Name) < len(key.Name) || !strings.EqualFold(name.Name[:len(key.Name)], key.Name) {
		return nil, nil
	}
	return name, typ
}
