package emulator_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/seed75add069/stytch-go/emulator"
)

// Fields of the package's types lead to no generic type of the emulator: every package that imports this one, as those
// of tests do, would compile all of its methods again.
func TestEmulator_leadsToNoGenericType(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type, string)
	visit = func(typ reflect.Type, path string) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		if strings.Contains(typ.Name(), "[") && strings.Contains(typ.PkgPath(), "/emulator/") {
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
	visit(reflect.TypeFor[*emulator.Emulator](), "Emulator")
	if len(seen) < 10 {
		t.Errorf("only %d types were found", len(seen))
	}
}
