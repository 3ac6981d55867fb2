package httpauth

import "time"

// maxRemembered bounds a memory.
const maxRemembered = 8192

// memory is a map whose entries end, and whose size is bounded. It is not safe for concurrent use.
type memory[K comparable, V any] struct{ entries map[K]remembered[V] }

type remembered[V any] struct {
	value V
	until time.Time
}

func newMemory[K comparable, V any]() memory[K, V] {
	return memory[K, V]{entries: map[K]remembered[V]{}}
}

// get returns the value of a key, unless it has ended.
func (m memory[K, V]) get(key K, now time.Time) (V, bool) {
	e, ok := m.entries[key]
	if !ok || !now.Before(e.until) {
		var none V
		return none, false
	}
	return e.value, true
}

// put adds a value. If there are too many, it drops those that have ended and, if there are none, an eighth of all.
func (m memory[K, V]) put(key K, value V, until, now time.Time) {
	if _, ok := m.entries[key]; !ok && len(m.entries) >= maxRemembered {
		m.deleteIf(func(_ K, e remembered[V]) bool { return !now.Before(e.until) })
		if len(m.entries) >= maxRemembered {
			left := maxRemembered / 8
			m.deleteIf(func(K, remembered[V]) bool { left--; return left >= 0 })
		}
	}
	m.entries[key] = remembered[V]{value, until}
}

func (m memory[K, V]) deleteIf(matches func(K, remembered[V]) bool) {
	for k, e := range m.entries {
		if matches(k, e) {
			delete(m.entries, k)
		}
	}
}
