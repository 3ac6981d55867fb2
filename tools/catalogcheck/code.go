package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// handWritten is what the hand-written Go files of the SDK say a second time.
type handWritten struct {
	ops    []codeOp
	fields []codeField
}

// codeOp is a transport.Op. Its name is empty unless it is a literal.
type codeOp struct{ file, name, method, path, class string }

// codeField is a field with a JSON name that holds text. Where is as in "b2b/sessions.Login.session_token".
type codeField struct {
	where, name string
	secret      bool
}

// classes are the retry classes by their names in package transport.
var classes = map[string]string{"Read": "read", "Write": "write", "Send": "send", "SingleUse": "single-use"}

// httpMethods are the methods by their names in net/http.
var httpMethods = map[string]string{
	"MethodGet": "GET", "MethodPost": "POST", "MethodPut": "PUT", "MethodDelete": "DELETE",
}

// notSDK are the folders whose Go files are not the SDK's.
var notSDK = []string{"tools", "conformance", "emulator", "examples", "stytchtest", "cmd", "docs", "bin", "api"}

// loadCode reads the hand-written Go files of the SDK.
func loadCode(root fs.FS) (*handWritten, error) {
	found := new(handWritten)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(notSDK, name) || len(name) > 1 && strings.HasPrefix(path.Base(name), ".")):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		case strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if selected(n.Type) == "transport.Op" {
					found.ops = append(found.ops, opOf(name, n))
				}
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok {
					found.fields = append(found.fields, fieldsOf(path.Dir(name)+"."+n.Name.Name, s)...)
				}
			}
			return true
		})
		return nil
	})
	return found, err
}

// fieldsOf returns the fields of a struct that have a JSON name and hold text.
func fieldsOf(where string, s *ast.StructType) []codeField {
	var list []codeField
	for _, f := range s.Fields.List {
		if f.Tag == nil || !slices.Contains([]string{"string", "*string", "[]string"}, types.ExprString(f.Type)) {
			continue
		}
		text, _ := strconv.Unquote(f.Tag.Value)
		tag := reflect.StructTag(text)
		if name, _, _ := strings.Cut(tag.Get("json"), ","); name != "" && name != "-" {
			list = append(list, codeField{where: where + "." + name, name: name, secret: tag.Get("stytch") == "secret"})
		}
	}
	return list
}

// opOf reads the fields of a literal.
func opOf(file string, literal *ast.CompositeLit) codeOp {
	op := codeOp{file: file}
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, ok := pair.Key.(*ast.Ident)
		if !ok {
			continue
		}
		text := selected(pair.Value)
		if basic, ok := pair.Value.(*ast.BasicLit); ok {
			text, _ = strconv.Unquote(basic.Value)
		}
		switch key.Name {
		case "Name":
			op.name = text
		case "Method":
			op.method = text
			if method, ok := strings.CutPrefix(text, "http."); ok {
				op.method = httpMethods[method]
			}
		case "Path":
			op.path = text
		case "Class":
			op.class = classes[strings.TrimPrefix(text, "transport.")]
		}
	}
	return op
}

// selected is a name of a package, as in transport.Op, empty for any other expression.
func selected(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return ""
}

// has reports whether an operation is written by hand.
func (h *handWritten) has(id string) bool {
	return slices.ContainsFunc(h.ops, func(op codeOp) bool { return op.name == id })
}

// compareCode compares each sensitive field in hand-written code with the rules, and each Op there with the operation
// of its name, which lacks the product where both products have the service. An Op whose name is no literal must have
// the endpoint of some operation.
func (c *checker) compareCode(d *Decisions, found *handWritten) {
	for _, f := range found.fields {
		c.secret(&d.Secrets, f.where, f.name, f.secret)
	}
	known := map[string]string{}
	for _, s := range c.catalogue.Services {
		for _, op := range s.Operations {
			known[label(s, op.Name)] = op.HTTPMethod + " " + op.Path
		}
		for _, op := range s.ByHand {
			known[label(s, op.Name)] = op.HTTPMethod + " " + op.Path
		}
	}
	for _, op := range found.ops {
		have := op.method + " " + op.path
		names := []string{op.name}
		if op.name == "" {
			others := func(name string) bool { return known[name] != have }
			names = slices.DeleteFunc(slices.Sorted(maps.Keys(known)), others)
		}
		if len(names) == 0 {
			c.differ("code", op.file, "", have)
		}
		for _, name := range names {
			c.count.code.add(known[name] != "")
			c.same("code", name, known[name], have)
			class, _ := d.Retry.class(name, op.method)
			c.same("code retry", name, class, op.class)
		}
	}
}

// label is an operation's name in code.
func label(s Service, name string) string {
	id := s.id(name)
	if _, rest, ok := strings.Cut(id, "."); ok && len(s.ExposedOn) > 1 {
		return rest
	}
	return id
}
