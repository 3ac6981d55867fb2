package sweep_test

import (
	"reflect"
	"strings"
	"testing"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
)

// Fields and methods of a client and of the emulator lead to no generic type of this module: every package that imports
// them would compile all of its methods again. See docs/decisions/0016-generic-code.md.
func TestTypes_leadToNoGenericType(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type, string)
	visit = func(typ reflect.Type, path string) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		if strings.Contains(typ.Name(), "[") && strings.HasPrefix(typ.PkgPath(), module) {
			t.Errorf("%s is a %s", path, typ)
		}
		switch typ.Kind() {
		case reflect.Struct:
			for f := range typ.Fields() {
				visit(f.Type, path+"."+f.Name)
			}
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(typ.Elem(), path)
		}
		for m := range typ.Methods() {
			for in := range m.Type.Ins() {
				visit(in, path+"."+m.Name)
			}
			for out := range m.Type.Outs() {
				visit(out, path+"."+m.Name)
			}
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[*stytch.Client](), reflect.TypeFor[*emulator.Emulator]()} {
		before := len(seen)
		visit(typ, typ.String())
		if found := len(seen) - before; found < 10 {
			t.Errorf("%s leads to only %d types", typ, found)
		}
	}
}
