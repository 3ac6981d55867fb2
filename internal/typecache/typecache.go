// Package typecache remembers what was found out about a type.
//
//	var fields = typecache.Of(func(t reflect.Type) any { return t.NumField() })
//
//	n := fields(reflect.TypeFor[time.Time]()).(int)
//
// It stands in for sync.Map, whose generic code is compiled anew by every package that has one.
package typecache

import (
	"maps"
	"reflect"
	"sync"
	"sync/atomic"
)

// Of returns a function that returns what find returns for a type. It calls find once for each type, or a few times if
// the first calls are concurrent; all get the same value. A type that is known takes no lock. The function is safe for
// concurrent use, and find must be.
func Of(find func(reflect.Type) any) func(reflect.Type) any {
	var (
		known atomic.Value // map[reflect.Type]any, never changed: a new type makes a new map
		mu    sync.Mutex
	)
	return func(t reflect.Type) any {
		found, _ := known.Load().(map[reflect.Type]any)
		if v, ok := found[t]; ok {
			return v
		}
		v := find(t)
		mu.Lock()
		defer mu.Unlock()
		found, _ = known.Load().(map[reflect.Type]any)
		if earlier, ok := found[t]; ok {
			return earlier
		}
		more := make(map[reflect.Type]any, len(found)+1)
		maps.Copy(more, found)
		more[t] = v
		known.Store(more)
		return v
	}
}
