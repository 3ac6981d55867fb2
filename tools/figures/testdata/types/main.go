// Command types prints the structs of the call, with the SDK's fields and tags and none of its methods.
package main

import (
	"fmt"
	"reflect"
	"time"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/shared"
)

// printer gives each type a unique name, in the order in which it finds them.
type printer struct {
	names map[reflect.Type]string
	taken map[string]bool
	order []reflect.Type
}

func main() {
	p := &printer{names: map[reflect.Type]string{}, taken: map[string]bool{}}
	p.spell(reflect.TypeFor[intermediatesessions.ExchangeRequest]())
	p.spell(reflect.TypeFor[intermediatesessions.ExchangeResponse]())
	fmt.Print("package main\n\nimport \"time\"\n")
	for i := 0; i < len(p.order); i++ {
		t := p.order[i]
		if t.Kind() != reflect.Struct {
			fmt.Printf("\ntype %s %s\n", p.names[t], t.Kind())
			continue
		}
		fmt.Printf("\ntype %s struct {\n", p.names[t])
		for f := range t.Fields() {
			fmt.Printf("\t%s %s `%s`\n", f.Name, p.spell(f.Type), f.Tag)
		}
		fmt.Println("}")
	}
}

func (p *printer) spell(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]() || t.Name() != "" && t.PkgPath() == "":
		return t.String()
	case t == reflect.TypeFor[shared.Object]():
		return "map[string]any"
	case t.Name() != "":
		return p.named(t)
	case t.Kind() == reflect.Pointer:
		return "*" + p.spell(t.Elem())
	case t.Kind() == reflect.Slice:
		return "[]" + p.spell(t.Elem())
	case t.Kind() == reflect.Map:
		return "map[" + p.spell(t.Key()) + "]" + p.spell(t.Elem())
	}
	return "any"
}

func (p *printer) named(t reflect.Type) string {
	if name, ok := p.names[t]; ok {
		return name
	}
	name := t.Name()
	for p.taken[name] {
		name += "_"
	}
	p.names[t], p.taken[name] = name, true
	p.order = append(p.order, t)
	return name
}
