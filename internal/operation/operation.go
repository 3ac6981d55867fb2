// Package operation is the key under which a request's context holds the id of the operation that it is sent for.
package operation

// Key is the key. The value is a *string.
type Key struct{}
