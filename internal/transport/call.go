package transport

import (
	"context"
	"net/http"

	"github.com/seed75add069/stytch-go/shared"
)

// Call sends a request for op and decodes the response into a new T. req is a pointer to the operation's request
// struct; a nil pointer means an empty one. On error the result is nil.
func Call[T any](
	ctx context.Context, cfg *shared.FetchConfig, op *Op, req any, opts ...shared.RequestOption,
) (*T, error) {
	c, err := newCall(ctx, cfg, op, opts)
	if err != nil {
		return nil, err
	}
	if err := c.encode(req); err != nil {
		return nil, err
	}
	ans, err := c.send(c.operationContext(ctx))
	if err != nil {
		c.logCall(ctx, nil, err)
		return nil, err
	}
	defer ans.release()
	resp := new(T)
	if err := c.decode(ans, resp); err != nil {
		c.logCall(ctx, nil, err)
		return nil, err
	}
	c.logCall(ctx, resp, nil)
	return resp, nil
}

// call is the state of one call.
type call struct {
	cfg     *shared.FetchConfig
	op      *Op
	req     any // a pointer to the request struct, never nil
	opts    shared.RequestOptions
	retry   shared.RetryPolicy
	timing  timing
	ctx     operationContext
	url     target
	body    []byte
	http    http.Client
	retries int
}
