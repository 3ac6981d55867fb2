// Package operation defines the context key for the id of the operation that a request is sent for.
package operation

// Key is the context key. Its value is a *string.
type Key struct{}
