package shared

import (
	"bytes"
	"encoding/json"
)

// Nullable is an optional request field whose null means something of its own, such as "delete it". Its zero value is
// absent and sends nothing; use [Set] and [Null] for the other two.
type Nullable[T any] struct {
	value T
	state nullableState
}

type nullableState uint8

const (
	nullableAbsent nullableState = iota
	nullableNull
	nullableSet
)

// Set is a field with a value, its zero value included.
func Set[T any](v T) Nullable[T] { return Nullable[T]{value: v, state: nullableSet} }

// Null is a field that sends null.
func Null[T any]() Nullable[T] { return Nullable[T]{state: nullableNull} }

// Get returns the value and whether there is one; neither null nor absent is.
func (n Nullable[T]) Get() (T, bool) { return n.value, n.state == nullableSet }

// IsNull reports whether the field sends null.
func (n Nullable[T]) IsNull() bool { return n.state == nullableNull }

// IsZero reports whether the field is absent; encoders leave it out by the tag omitzero.
func (n Nullable[T]) IsZero() bool { return n.state == nullableAbsent }

// MarshalJSON encodes the value, or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if n.state != nullableSet {
		return []byte("null"), nil
	}
	return json.Marshal(n.value)
}

// UnmarshalJSON decodes a value or null; a field that is not there at all stays absent.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		*n = Null[T]()
		return nil
	}
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*n = Set(v)
	return nil
}
