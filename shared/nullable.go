package shared

import (
	"bytes"
	"encoding/json"
)

// Nullable is an optional request field for which null has a meaning of its own, such as "delete it". Its zero value is
// absent and is not sent; [Set] and [Null] make the other two.
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

// Set returns a field with the value v, which may be the zero value.
func Set[T any](v T) Nullable[T] { return Nullable[T]{value: v, state: nullableSet} }

// Null returns a field that is sent as null.
func Null[T any]() Nullable[T] { return Nullable[T]{state: nullableNull} }

// Get returns the value, and false if the field is null or absent.
func (n Nullable[T]) Get() (T, bool) { return n.value, n.state == nullableSet }

// IsNull reports whether the field is sent as null.
func (n Nullable[T]) IsNull() bool { return n.state == nullableNull }

// IsZero reports whether the field is absent. Encoders leave it out by the tag option omitzero.
func (n Nullable[T]) IsZero() bool { return n.state == nullableAbsent }

// MarshalJSON encodes the value, or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if n.state != nullableSet {
		return []byte("null"), nil
	}
	return json.Marshal(n.value)
}

// UnmarshalJSON decodes a value or null. It is not called for an absent field.
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
