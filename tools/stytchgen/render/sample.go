package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// variant says which fields of a request a test sets, and to what.
type variant uint8

const (
	full     variant = iota // every field
	required                // the required ones only
	zero                    // the required ones, and every optional one at its zero value or null
)

// omits reports whether the variant does not set a field.
func (v variant) omits(f *ir.Field) bool {
	return !f.Required && (v == required || v == zero && !hasZero(f))
}

// ofField is the variant for the value of a field. A required field is not zero itself.
func (v variant) ofField(f *ir.Field) variant {
	if f.Required && v == zero {
		return required
	}
	return v
}

// pair is a value in Go and in JSON.
type pair struct{ Go, JSON string }

// sampler makes values for a package's external test and collects what the test has to import.
type sampler struct {
	*goPackage

	used    map[*ir.Package]bool
	time    bool       // whether package time is used
	nesting []*ir.Type // the types whose fields are being written, outermost first
}

// TestName is a type's name in the external test.
func (s *sampler) TestName(t *ir.Type) string {
	s.used[t.Pkg] = true
	if t.Pkg == s.Package {
		return s.Package.Name + "." + t.Name
	}
	if _, known := s.alias[t.Pkg]; !known {
		s.alias[t.Pkg] = t.Pkg.Alias()
	}
	return s.Name(t)
}

func (s *sampler) testExpr(e ir.Expr) string { return s.typeExpr(e, s.TestName) }

// value is a sample value for the field wire of a type. A request's own fields have depth 0.
func (s *sampler) value(e ir.Expr, wire string, v variant, depth int) pair {
	if e.Nullable {
		return s.nullable(e, wire, v, depth)
	}
	var p pair
	switch e.Base {
	case ir.Time:
		s.time = true
		return pair{"time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)", `"2026-01-02T03:04:05Z"`}
	case ir.Duration:
		p = pair{"7 * time.Second", "7000000000"}
		s.time = true
	case ir.Any:
		return pair{`"any"`, `"any"`}
	case ir.Object:
		if v == zero && depth == 0 {
			return s.empty(e)
		}
		return pair{`map[string]any{"key": "any"}`, `{"key": "any"}`}
	case ir.List, ir.Map:
		return s.collection(e, wire, v, depth)
	case ir.Named:
		if !target(e.Named).IsEnum() {
			return s.object(e, v, depth)
		}
		p.JSON = strconv.Quote(target(e.Named).Constants[0].Value)
		if v == zero {
			p.JSON = `""`
		}
		p.Go = s.TestName(e.Named) + "(" + p.JSON + ")"
	default:
		p.JSON = scalar(e, wire, v)
		p.Go = p.JSON
	}
	if e.Pointer {
		p.Go = "new(" + p.Go + ")"
	}
	return p
}

func scalar(e ir.Expr, wire string, v variant) string {
	switch {
	case e.Base == ir.Bool:
		return strconv.FormatBool(v != zero)
	case e.Base == ir.Int && v == zero:
		return "0"
	case wire == "status_code":
		return "200"
	case e.Base == ir.Int:
		return "7"
	case v == zero:
		return `""`
	case e.Values != nil:
		return strconv.Quote(e.Values.Constants[0].Value)
	}
	return strconv.Quote(wire + "-1")
}

func target(t *ir.Type) *ir.Type {
	if t.IsAlias() {
		return t.Target
	}
	return t
}

func (s *sampler) nullable(e ir.Expr, wire string, v variant, depth int) pair {
	e.Nullable = false
	if v == zero {
		return pair{"shared.Null[" + s.testExpr(e) + "]()", "null"}
	}
	inner := s.value(e, wire, v, depth)
	set := "shared.Set"
	if e.Base == ir.Any {
		set = "shared.Set[any]"
	}
	return pair{set + "(" + inner.Go + ")", inner.JSON}
}

// object is a value of a struct type, with the fields that the variant sets.
func (s *sampler) object(e ir.Expr, v variant, depth int) pair {
	var fields, members []string
	for _, m := range s.members(target(e.Named), v, depth) {
		fields = append(fields, m.field+": "+m.Go)
		members = append(members, fmt.Sprintf("%q: %s", m.wire, m.JSON))
	}
	p := pair{
		Go:   s.TestName(e.Named) + "{" + strings.Join(fields, ", ") + "}",
		JSON: "{" + strings.Join(members, ", ") + "}",
	}
	if e.Pointer {
		p.Go = "&" + p.Go
	}
	return p
}

// member is a field of a struct with its value.
type member struct {
	pair
	field, wire string
}

func (s *sampler) members(t *ir.Type, v variant, depth int) []member {
	s.nesting = append(s.nesting, t)
	defer func() { s.nesting = s.nesting[:len(s.nesting)-1] }()
	if v == zero {
		v = required
	}
	var list []member
	for _, f := range t.Fields {
		if v.omits(f) {
			continue
		}
		m := member{field: f.Name, wire: f.Wire}
		switch inner := f.Type.Type(); {
		case inner == nil || !slices.Contains(s.nesting, target(inner)):
			m.pair = s.value(f.Type, f.Wire, v.ofField(f), depth+1)
		case !f.Required: // left out, so that a type within itself ends
			continue
		default:
			m.pair = s.empty(f.Type)
		}
		list = append(list, m)
	}
	return list
}

func (s *sampler) empty(e ir.Expr) pair {
	switch e.Base {
	case ir.List:
		return pair{s.testExpr(e) + "{}", "[]"}
	case ir.Map:
		return pair{s.testExpr(e) + "{}", "{}"}
	case ir.Object:
		return pair{"map[string]any{}", "{}"}
	default:
		return pair{"nil", "null"}
	}
}

func (s *sampler) collection(e ir.Expr, wire string, v variant, depth int) pair {
	if v == zero && depth == 0 {
		return s.empty(e)
	}
	elem := s.value(*e.Elem, wire, v, depth+1)
	if strings.HasSuffix(elem.Go, "}") { // gofmt -s drops the type of an element that is a literal too
		elem.Go = strings.TrimPrefix(elem.Go, s.testExpr(*e.Elem))
	}
	if e.Base == ir.List {
		return pair{s.testExpr(e) + "{" + elem.Go + "}", "[" + elem.JSON + "]"}
	}
	return pair{s.testExpr(e) + `{"key": ` + elem.Go + "}", `{"key": ` + elem.JSON + "}"}
}
