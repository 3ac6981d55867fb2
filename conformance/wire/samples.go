package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/conformance/catalog"
)

// variant says which fields of a request are set, and to what.
type variant uint8

const (
	full     variant = iota // every field
	required                // the required ones only
	zero                    // the required ones, and every optional one at its zero value or null
	deepZero                // as zero, within objects and lists too; null only where there is no other zero value
)

var variants = map[variant]string{
	full:     "every field",
	required: "required fields only",
	zero:     "optional fields at zero",
	deepZero: "optional fields at zero, at any depth",
}

func (v variant) isZero() bool { return v == zero || v == deepZero }

// omits reports whether the variant does not set a field. A timestamp has no zero value.
func (v variant) omits(f *catalog.Field) bool {
	return !f.Required && (v == required || v.isZero() && f.Type == "date-time" && !f.Nullable)
}

// sampler makes values for the types of the catalogue.
type sampler struct {
	types   map[string]catalog.Type
	nesting []string // the types whose fields are being made, outermost first
}

// request is an operation's arguments in one object.
func (s *sampler) request(op *catalog.Operation, v variant) (map[string]any, error) {
	arguments := map[string]any{}
	for _, f := range op.Params {
		switch {
		case v.omits(&f):
		case f.In == "path":
			arguments[f.Name] = f.Name + "/1 %?#"
		case f.Nullable && v == zero:
			arguments[f.Name] = nil
		default:
			value, err := s.value(f.Type, f.Name, s.ofField(&f, v))
			if err != nil {
				return nil, err
			}
			arguments[f.Name] = value
		}
	}
	return arguments, nil
}

// ofField is the variant for the value of a field. A required field is not zero itself; in a required object, deepZero
// applies to the optional fields.
func (s *sampler) ofField(f *catalog.Field, v variant) variant {
	if f.Required && (v == zero || v == deepZero && !holdsObject(f.Type)) {
		return required
	}
	return v
}

// object is a value of a type with fields.
func (s *sampler) object(fields []catalog.Field, v variant) (map[string]any, error) {
	if v == zero {
		v = required
	}
	members := map[string]any{}
	for _, f := range fields {
		name, refers := core(f.Type), strings.Contains(f.Type, "ref:")
		switch {
		case v.omits(&f):
		case refers && slices.Contains(s.nesting, name) && !f.Required: // left out, so that a type within itself ends
		default:
			value, err := s.value(f.Type, f.Name, s.ofField(&f, v))
			if err != nil {
				return nil, err
			}
			members[f.Name] = value
		}
	}
	return members, nil
}

// value is a value of a type for a field of a name. Only a request's own fields have the variant zero.
func (s *sampler) value(typ, name string, v variant) (any, error) {
	if elem, ok := element(typ, "array<"); ok {
		if v == zero || v == deepZero && !holdsObject(typ) {
			return []any{}, nil
		}
		value, err := s.value(elem, name, v)
		return []any{value}, err
	}
	if elem, ok := element(typ, "map<string,"); ok {
		if v == zero || v == deepZero && (elem == "any" || !holdsObject(typ)) {
			return map[string]any{}, nil
		}
		value, err := s.value(elem, name, v)
		return map[string]any{"key": value}, err
	}
	if of, ok := strings.CutPrefix(typ, "ref:"); ok {
		t, known := s.types[of]
		if !known || slices.Contains(s.nesting, of) {
			return nil, fmt.Errorf("%s: the catalogue does not describe it, or it requires itself", typ)
		}
		s.nesting = append(s.nesting, of)
		defer func() { s.nesting = s.nesting[:len(s.nesting)-1] }()
		return s.object(t.Fields, v)
	}
	return s.scalar(typ, name, v)
}

func (s *sampler) scalar(typ, name string, v variant) (any, error) {
	of, isEnum := strings.CutPrefix(typ, "enum:")
	switch {
	case typ == "date-time":
		return "2026-01-02T03:04:05Z", nil
	case typ == "any":
		return "any", nil
	case typ == "boolean":
		return !v.isZero(), nil
	case strings.HasSuffix(typ, "int32") || typ == "int64":
		switch {
		case v.isZero():
			return 0, nil
		case name == "status_code":
			return 200, nil
		}
		return 7, nil
	case isEnum && len(s.types[of].Values) == 0:
		return nil, fmt.Errorf("%s: the catalogue has no values", typ)
	case (isEnum || typ == "string") && v.isZero():
		return "", nil
	case isEnum:
		return s.types[of].Values[0], nil
	case typ == "string":
		return name + "-1", nil
	}
	return nil, fmt.Errorf("%q is no type of the catalogue", typ)
}

func element(typ, opening string) (string, bool) {
	inner, ok := strings.CutPrefix(typ, opening)
	return strings.TrimSuffix(inner, ">"), ok
}

// core is the name of the type within lists and maps.
func core(typ string) string {
	typ = strings.TrimRight(typ, ">")
	return typ[strings.LastIndexAny(typ, "<,:")+1:]
}

func holdsObject(typ string) bool { return strings.Contains(typ, "ref:") }
