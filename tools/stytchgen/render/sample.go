package render

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// variant says which fields of a request a test sets, and to what.
type variant uint8

const (
	full     variant = iota // every field
	required                // the required ones only
	zero                    // the required ones, and every optional one at its zero value
)

// sample is a request or answer in Go and on the wire.
type sample struct {
	Name              string
	Go                string
	Path, Query, Body string
}

// Requests are an operation's requests for its contract test.
func (l *leaf) Requests(op *ir.Op) []sample {
	list := []sample{l.request(op, full, "every field")}
	var optional, zeroable bool
	for _, f := range op.Request.Fields {
		optional = optional || !f.Required
		zeroable = zeroable || !f.Required && f.Type.Base != ir.Time
	}
	if optional {
		list = append(list, l.request(op, required, "required fields only"))
	}
	if zeroable {
		list = append(list, l.request(op, zero, "optional fields at zero"))
	}
	return list
}

func (l *leaf) request(op *ir.Op, v variant, name string) sample {
	s := sample{Name: name, Path: op.Path}
	var fields, members []string
	query := url.Values{}
	for _, f := range op.Request.Fields {
		if !f.Required && v == required || !f.Required && v == zero && f.Type.Base == ir.Time {
			continue
		}
		wants := v
		if f.Required && v == zero {
			wants = required
		}
		goText, wire := l.value(f.Type, f.Wire, wants, 0)
		if f.In == ir.Path {
			goText, wire = strconv.Quote(f.Wire+"/1 %?#"), url.PathEscape(f.Wire+"/1 %?#")
		}
		fields = append(fields, fmt.Sprintf("%s: %s,", f.Name, goText))
		switch f.In {
		case ir.Path:
			s.Path = strings.ReplaceAll(s.Path, "{"+f.Wire+"}", wire)
		case ir.Query:
			query.Set(f.Wire, strings.Trim(wire, `"`))
		default:
			members = append(members, fmt.Sprintf("%q: %s", f.Wire, wire))
		}
	}
	s.Go = "{\n" + strings.Join(fields, "\n") + "\n}"
	s.Query = query.Encode()
	if op.HTTPMethod == "POST" || op.HTTPMethod == "PUT" {
		s.Body = "{" + strings.Join(members, ", ") + "}"
	}
	return s
}

// Answer is an answer with every field, on the wire.
func (l *leaf) Answer(op *ir.Op) string {
	return l.object(op.Response, full, "\n\t\t\t", 0)
}

func (l *leaf) object(t *ir.Type, v variant, sep string, depth int) string {
	var members []string
	for _, f := range t.Fields {
		if f.Required || v == full {
			_, wire := l.value(f.Type, f.Wire, v, depth+1)
			members = append(members, fmt.Sprintf("%q: %s", f.Wire, wire))
		}
	}
	if sep != "" {
		return "{" + sep + strings.Join(members, ","+sep) + "}"
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// value is a field's value in Go and in JSON.
func (l *leaf) value(e ir.Expr, wire string, v variant, depth int) (goText, jsonText string) {
	switch e.Base {
	case ir.String:
		text := wire + "-1"
		if e.Values != nil {
			text = e.Values.Constants[0].Value
		}
		goText = strconv.Quote(text)
	case ir.Int:
		goText = "7"
		if wire == "status_code" {
			goText = "200"
		}
	case ir.Bool:
		goText = "true"
	case ir.Time:
		return "time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)", `"2026-01-02T03:04:05Z"`
	case ir.Any:
		return `"any"`, `"any"`
	case ir.Named:
		return l.namedValue(e, v, depth)
	case ir.List, ir.Map:
		return l.collection(e, wire, v, depth)
	}
	if v == zero {
		goText = map[ir.Base]string{ir.String: `""`, ir.Int: "0", ir.Bool: "false"}[e.Base]
	}
	jsonText = goText
	if e.Pointer {
		goText = "new(" + goText + ")"
	}
	return goText, jsonText
}

func (l *leaf) namedValue(e ir.Expr, v variant, depth int) (goText, jsonText string) {
	t := e.Named
	for t.Kind == ir.Alias {
		t = t.Target
	}
	if t.Kind == ir.Enum {
		value := t.Constants[0].Value
		if v == zero {
			value = ""
		}
		goText = fmt.Sprintf("%s(%q)", l.testName(e.Named), value)
		if e.Pointer {
			goText = "new(" + goText + ")"
		}
		return goText, strconv.Quote(value)
	}
	if v == zero {
		v = required
	}
	var fields []string
	for _, f := range t.Fields {
		if f.Required || v == full {
			text, _ := l.value(f.Type, f.Wire, v, depth+1)
			fields = append(fields, f.Name+": "+text)
		}
	}
	goText = l.testName(e.Named) + "{" + strings.Join(fields, ", ") + "}"
	if e.Pointer {
		goText = "&" + goText
	}
	return goText, l.object(t, v, "", depth)
}

func (l *leaf) collection(e ir.Expr, wire string, v variant, depth int) (goText, jsonText string) {
	if v == zero && depth == 0 {
		if e.Base == ir.List {
			return l.testGo(e) + "{}", "[]"
		}
		return l.testGo(e) + "{}", "{}"
	}
	elemGo, elemJSON := l.value(*e.Elem, wire, v, depth+1)
	if e.Base == ir.List {
		return l.testGo(e) + "{" + elemGo + "}", "[" + elemJSON + "]"
	}
	return l.testGo(e) + `{"key": ` + elemGo + "}", `{"key": ` + elemJSON + "}"
}

// testName and testGo name types as the external test package sees them.
func (l *leaf) testName(t *ir.Type) string {
	if t.Pkg == l.Package {
		return l.Package.Name + "." + t.Name
	}
	return l.Name(t)
}

func (l *leaf) testGo(e ir.Expr) string {
	switch {
	case e.Base == ir.List:
		return "[]" + l.testGo(*e.Elem)
	case e.Base == ir.Map:
		return "map[string]" + l.testGo(*e.Elem)
	case e.Base == ir.Named:
		return l.testName(e.Named)
	}
	return l.Go(e)
}

// RequestLeaf is the leaf with the types that requests reach: a contract test imports what they name.
func (l *leaf) RequestLeaf() *leaf { return l.only(func(t *ir.Type) bool { return t.InRequest }) }
