package ir

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// fieldDoc is a field's description and, after it, what the schema itself says: documented values, default, bounds.
func fieldDoc(s *openapi.Schema, e Expr, from *Package) string {
	parts := []string{s.Description}
	if v := valuesOf(e); v != nil {
		parts = append(parts, fmt.Sprintf("See the %s constants.", v.qualified(from)))
	}
	if s.Default != "" {
		parts = append(parts, "Default: "+s.Default+".")
	}
	if b := bounds(s); b != "" {
		parts = append(parts, b)
	}
	return strings.Join(parts, " ")
}

func valuesOf(e Expr) *Values {
	for e.Elem != nil {
		e = *e.Elem
	}
	return e.Values
}

func (v *Values) qualified(from *Package) string {
	if from == v.Pkg {
		return v.Name
	}
	return v.Pkg.Name + "." + v.Name
}

func bounds(s *openapi.Schema) string {
	var list []string
	if r := span(number(s.Minimum), number(s.Maximum), ""); r != "" {
		list = append(list, "Bounds: "+r)
	}
	if r := span(integer(s.MinLength), integer(s.MaxLength), " characters"); r != "" {
		list = append(list, "Length: "+r)
	}
	if r := span(integer(s.MinItems), integer(s.MaxItems), " items"); r != "" {
		list = append(list, "Size: "+r)
	}
	if s.Pattern != "" {
		list = append(list, "Form: "+s.Pattern)
	}
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, ". ") + "."
}

func span(low, high, unit string) string {
	switch {
	case low != "" && high != "":
		return low + " to " + high + unit
	case low != "":
		return "at least " + low + unit
	case high != "":
		return "at most " + high + unit
	}
	return ""
}

func number(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

func integer(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
