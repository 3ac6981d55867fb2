package scim

import (
	"cmp"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

type (
	and struct{ left, right node }
	or  struct{ left, right node }
	not struct{ of node }
	// has holds if what a path names is there.
	has struct{ to target }
	// comparison holds if a value that a path names compares so. A text is in lower case unless it is exact; given is
	// the value as it was written.
	comparison struct {
		to           target
		op           string
		value, given any
		exact        bool
	}
)

func (n and) holds(doc object, w *work) bool { return n.left.holds(doc, w) && n.right.holds(doc, w) }

func (n or) holds(doc object, w *work) bool { return n.left.holds(doc, w) || n.right.holds(doc, w) }

func (n not) holds(doc object, w *work) bool { return !n.of.holds(doc, w) }

func (n has) holds(doc object, w *work) bool {
	w.add(1)
	found := false
	n.to.eachValue(doc, w, func(any) bool {
		found = true
		return false
	})
	return found
}

// holds compares with each value of a list. What has no value is not equal to anything but null.
func (n comparison) holds(doc object, w *work) bool {
	w.add(1)
	found, holds := false, false
	n.to.eachValue(doc, w, func(v any) bool {
		found = true
		holds = n.value != nil && n.compares(v, w)
		return !holds && n.value != nil
	})
	switch {
	case n.value == nil:
		return found == (n.op == "ne")
	case !found:
		return n.op == "ne"
	}
	return holds
}

func (n comparison) compares(v any, w *work) bool {
	switch want := n.value.(type) {
	case bool:
		return (v == want) == (n.op == "eq")
	case time.Time:
		at, err := time.Parse(time.RFC3339, asText(v))
		return err == nil && ordered(n.op, at.Compare(want))
	}
	want, _ := n.value.(string)
	got := asText(v)
	w.text(got)
	if !n.exact {
		got = state.Lower(got)
	}
	switch n.op {
	case "co":
		return strings.Contains(got, want)
	case "sw":
		return strings.HasPrefix(got, want)
	case "ew":
		return strings.HasSuffix(got, want)
	}
	return ordered(n.op, cmp.Compare(got, want))
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}

// ordered reports whether an operator holds for two values that compare so.
func ordered(op string, order int) bool {
	switch op {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	default:
		return order <= 0
	}
}

// example makes a value for which a filter holds, where that is one that asks for values of sub-attributes alone.
func example(n node, element object) bool {
	switch n := n.(type) {
	case and:
		return example(n.left, element) && example(n.right, element)
	case comparison:
		if n.op != "eq" || n.value == nil || n.to.attr.readOnly {
			return false
		}
		element[n.to.attr.name] = n.given
		return true
	default:
		return false
	}
}
