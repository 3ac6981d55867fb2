// Package transport makes the calls of all services: it encodes a request, sends it, retries it and decodes the
// response.
//
// The two names that matter are [Op], which describes an operation of the API, and [Do], which lists the steps of a
// call. Each step has a file; begin with call.go.
//
//	op := &transport.Op{Name: "b2c.users.get", Method: "GET", Path: "/v1/users/{user_id}", Class: transport.Read}
//	resp, err := transport.Do(ctx, cfg, op, &users.GetRequest{UserID: id}, new(users.GetResponse))
package transport

import (
	"context"
	"net/http"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/shared"
)

// Call is [Do] for a response of type T. On error the result is nil. Generated methods call Do: what has a type
// parameter is compiled once more for each operation.
func Call[T any](
	ctx context.Context, cfg *shared.FetchConfig, op *Op, req any, opts ...shared.RequestOption,
) (*T, error) {
	resp, err := Do(ctx, cfg, op, req, (*T)(nil), opts...)
	if err != nil {
		return nil, err
	}
	return resp.(*T), nil
}

// Do sends a request for op and returns its response, decoded into resp, a pointer to the operation's response struct.
// A nil pointer stands for a new struct, which is made when there is something to decode. req is a pointer to the
// request struct, of which a nil one means an empty request. On error the result is nil, and resp must not be used.
func Do(
	ctx context.Context, cfg *shared.FetchConfig, op *Op, req, resp any, opts ...shared.RequestOption,
) (any, error) {
	c, err := newCall(ctx, cfg, op, opts)
	if err != nil {
		return nil, err
	}
	if err := c.encode(req); err != nil {
		return nil, err
	}
	received, err := c.send(c.operationContext(ctx))
	if err != nil {
		c.logCall(ctx, nil, err)
		return nil, err
	}
	defer putBuffer(received.body)
	if v := reflect.ValueOf(resp); v.IsNil() {
		resp = reflect.New(v.Type().Elem()).Interface()
	}
	err = c.decode(received, resp)
	c.logCall(ctx, resp, err)
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// call is the state of one call.
type call struct {
	cfg     *shared.FetchConfig
	op      *Op
	req     any // a pointer to the request struct, never nil
	opts    shared.RequestOptions
	retry   shared.RetryPolicy
	begin   time.Time
	end     time.Time // deadline; zero is none
	url     target
	body    []byte
	retries atomic.Int32 // attempts after the first, those that net/http made by itself included

	current  atomic.Pointer[attempt]
	progress progress // of the last attempt, if that failed

	// The client and the context of the requests are values, so that they need no allocation beside that of the call.
	http http.Client
	ctx  operationContext
}
