package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Route is an operation with its handler. Without one, the operation is not implemented.
type Route struct {
	*ops.Info
	run func(*call) (any, error)
	// form says that the operation is an endpoint of OAuth2, see [HandleForm].
	form bool
	// endpoint is the endpoint that the route is of, nil for an operation.
	endpoint *Endpoint
}

// Tx is the transaction of one call. What a handler that returns an error has changed is changed back, see
// [ops.Error.Committed] for the exception.
type Tx struct {
	*state.Tx
	call *call
	// permitted says that [Tx.Permit] has been asked.
	permitted bool
}

// Header is the header of the request.
func (tx *Tx) Header() http.Header { return tx.call.request.Header }

// Has reports whether the body of the request has a member, be it null.
func (tx *Tx) Has(member string) bool { return tx.call.members[member] }

// Handle binds a handler to its operation. The handler runs in a transaction of the project that the call belongs to.
// It validates the request first, then looks up what the request names, and then, where the operation takes the session
// of a caller, asks [Tx.Permit].
//
// The response is encoded after the transaction, and gets its status_code and request_id then. What it refers to may be
// part of rows, and must not be changed.
func Handle[Req, Resp any](op ops.Op[Req, Resp], run func(*Tx, *Req) (*Resp, error)) Route {
	return Route{Info: op.Info, run: func(c *call) (any, error) {
		req := new(Req)
		if err := c.bind(req); err != nil {
			return nil, err
		}
		return perform(c, func(tx *Tx) (*Resp, error) { return run(tx, req) })
	}}
}

// perform runs a handler, and what it does outside of its transaction.
func perform[Resp any](c *call, run func(*Tx) (*Resp, error)) (any, error) {
	resp, err := transact(c, run)
	if later, ok := errors.AsType[*outside[Resp]](err); ok {
		if err := later.work(c.request.Context()); err != nil {
			return nil, err
		}
		resp, err = transact(c, later.then)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// transact runs a handler, or one of its two parts, in a transaction.
func transact[Resp any](c *call, run func(*Tx) (*Resp, error)) (*Resp, error) {
	var resp *Resp
	var kept error // an error with which the transaction is committed nevertheless
	err := c.state.Do(c.project.Clock.Now(), func(stx *state.Tx) error {
		tx := &Tx{Tx: stx, call: c}
		if c.requestID == "" {
			c.requestID = tx.ID("request-id")
		}
		limited := stx.Settings().RateLimits
		if limited {
			if err := c.project.limit(c.route.ID, stx.Now); err != nil {
				return err
			}
		}
		var err error
		resp, err = run(tx)
		if err == nil && limited && stx.MailsTooSoon() {
			return &tooManyRequests{time.Second}
		}
		if refused, ok := errors.AsType[*ops.CommittedError](err); ok {
			kept = refused
			return nil
		}
		if later, ok := errors.AsType[*outside[Resp]](err); ok {
			kept = later
			return nil
		}
		if err == nil && len(c.route.Permissions) > 0 && !tx.permitted {
			return fmt.Errorf("%s does not ask what the session of a caller permits", c.route.ID)
		}
		return err
	})
	if err == nil {
		err = kept
	}
	return resp, err
}

// outside is what [Outside] returns.
type outside[Resp any] struct {
	work func(context.Context) error
	then func(*Tx) (*Resp, error)
}

func (*outside[Resp]) Error() string { return "the handler continues outside of its transaction" }

// Outside is what a handler returns as its error to go on with work that takes long, such as a call over the network or
// the hash of a password: its transaction is committed, work runs, and then runs in a second transaction, where it must
// look again at all that may have changed.
func Outside[Resp any](work func(context.Context) error, then func(*Tx) (*Resp, error)) error {
	return &outside[Resp]{work, then}
}
