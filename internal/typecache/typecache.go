// Package typecache remembers what was found out about a type.
//
//	var fields = typecache.Of(func(t reflect.Type) any { return t.NumField() })
//
//	n := fields(reflect.TypeFor[time.Time]()).(int)
//
// It keeps sync.Map to itself, whose generic code is compiled anew by every package that has one.
package typecache

import (
	"reflect"
	"sync"
)

// Of returns a function that returns what find returns for a type. It calls find once for each type, or a few times if
// the first calls are concurrent; all get the same value. The function is safe for concurrent use, and find must be.
func Of(find func(reflect.Type) any) func(reflect.Type) any {
	var found sync.Map
	return func(t reflect.Type) any {
		if v, ok := found.Load(t); ok {
			return v
		}
		v, _ := found.LoadOrStore(t, find(t))
		return v
	}
}
