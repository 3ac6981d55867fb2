package transport

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/operation"
)

// operationContext tells transports which operation a request is sent for. It is part of a call, so that it costs no
// allocation.
type operationContext struct {
	context.Context

	op *Op
}

func (c *call) operationContext(ctx context.Context) context.Context {
	c.ctx = operationContext{ctx, c.op}
	return &c.ctx
}

// publicKey is the key under which a context says that a request goes out without credentials.
type publicKey struct{}

// Value answers for the operation's keys, and asks the caller's context about all others.
func (c *operationContext) Value(key any) any {
	switch key.(type) {
	case operation.Key:
		return &c.op.Name
	case publicKey:
		return c.op.Public
	}
	return c.Context.Value(key)
}
