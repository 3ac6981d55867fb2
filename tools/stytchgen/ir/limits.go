package ir

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// describeLimits returns the sentences that follow a field's description: documented values, default, bounds.
func describeLimits(s *openapi.Schema, e Expr, from *Package) string {
	var parts []string
	if v := e.Core().Values; v != nil {
		where := ""
		if v.Pkg != from {
			where = " of package " + v.Pkg.Dir
		}
		parts = append(parts, fmt.Sprintf("See the %s constants%s.", v.Name, where))
	}
	if s.Default != "" {
		parts = append(parts, "Default: "+s.Default+".")
	}
	if r := span(number(s.Minimum), number(s.Maximum), ""); r != "" {
		parts = append(parts, "Bounds: "+r+".")
	}
	if r := span(integer(s.MinLength), integer(s.MaxLength), " characters"); r != "" {
		parts = append(parts, "Length: "+r+".")
	}
	if r := span(integer(s.MinItems), integer(s.MaxItems), " items"); r != "" {
		parts = append(parts, "Size: "+r+".")
	}
	if s.Pattern != "" {
		parts = append(parts, "Form: "+s.Pattern)
	}
	return strings.Join(parts, " ")
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
