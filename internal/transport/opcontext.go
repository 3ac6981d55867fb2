package transport

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/contexts"
)

// operationContext is the context of a request, with its operation for middleware and authTransport.
type operationContext struct {
	context.Context

	call *call
}

func (c *call) operationContext(ctx context.Context) context.Context {
	c.ctx = operationContext{ctx, c}
	return &c.ctx
}

// publicKey is the context key for Op.Public.
type publicKey struct{}

// attemptKey is the context key for the current attempt.
type attemptKey struct{}

// Value returns the operation's values for its own keys, and those of the caller's context for all others.
func (c *operationContext) Value(key any) any {
	switch key.(type) {
	case contexts.OperationKey:
		return &c.call.op.Name
	case publicKey:
		return c.call.op.Public
	case attemptKey:
		return c.call.current.Load()
	}
	return c.Context.Value(key)
}
