package transport

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/contexts"
)

// operationContext is the context of a request, with its operation for middleware and authTransport.
type operationContext struct {
	context.Context

	op *Op
}

func (c *call) operationContext(ctx context.Context) context.Context {
	c.ctx = operationContext{ctx, c.op}
	return &c.ctx
}

// publicKey is the context key for Op.Public.
type publicKey struct{}

// Value returns the operation's values for its own keys, and those of the caller's context for all others.
func (c *operationContext) Value(key any) any {
	switch key.(type) {
	case contexts.OperationKey:
		return &c.op.Name
	case publicKey:
		return c.op.Public
	}
	return c.Context.Value(key)
}
