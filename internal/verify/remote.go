package verify

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// Remote says how the API is asked about a session.
type Remote struct {
	Config  *shared.FetchConfig
	Op      *transport.Op
	Options []shared.RequestOption
	// SessionToken is sent in place of the JWT, unless it is nil. If it is empty, nothing is sent.
	SessionToken *string
	// NewRequest returns a pointer to a new request of Op.
	NewRequest func(*Check) any
	// Response is a nil pointer of the type of Op's response.
	Response any
	// Session returns what is compared of a response.
	Session func(resp any) RemoteSession
}

func (r *Remote) hasToken() bool { return r.SessionToken != nil && *r.SessionToken != "" }

// bounded gives ctx the deadline of shared.WithTimeout, which also bounds the fetches of keys and policies.
func (r *Remote) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx == nil || len(r.Options) == 0 {
		return ctx, func() {}
	}
	options, _ := r.options()
	if options.Timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, options.Timeout)
}

// options applies the options. It returns false if one is nil.
func (r *Remote) options() (options shared.RequestOptions, ok bool) {
	for _, option := range r.Options {
		if option == nil {
			return options, false
		}
		option(&options)
	}
	return options, true
}

// ask asks the API. Callers with equal requests and options share a call, and a token that the API has refused is not
// sent again for a while, unless MaxAge is zero.
func (v *verifier) ask(ctx context.Context, r *Remote, req *Request, known *identity, check *Check) (any, error) {
	request := r.NewRequest(check)
	if req.MaxAge != nil && *req.MaxAge == 0 {
		return r.call(ctx, request, r.Options)
	}
	about := target{credential: credentialOf(sessionJWT, req.Token)}
	if r.hasToken() {
		about.credential = credentialOf(sessionToken, *r.SessionToken)
	}
	if known != nil {
		about.identity = *known
	}
	key, own, ok := r.key(request)
	if !ok {
		var resp any
		err := v.calls.alone(about, func() (err error) {
			resp, err = r.call(ctx, request, r.Options)
			return err
		})
		return resp, err
	}
	options := slices.Clone(r.Options) // the call may outlast its caller
	resp, several, err := v.calls.do(ctx, key, about, func(ctx context.Context) (any, error) {
		return r.call(ctx, own, options)
	})
	if err == nil && several {
		resp = deepcopy.Maker(resp)()
	}
	return resp, err
}

func (r *Remote) call(ctx context.Context, request any, options []shared.RequestOption) (any, error) {
	return transport.Do(ctx, r.Config, r.Op, request, r.Response, options...)
}

// key returns the key of a call, and a copy of the request, since the call may outlast its caller. It returns false for
// a request that cannot be encoded, and for options that are refused or that belong to one caller.
func (r *Remote) key(request any) (key callKey, own any, ok bool) {
	options, ok := r.options()
	if !ok || options.Raw != nil || !options.Authorization.IsZero() {
		return callKey{}, nil, false
	}
	text, err := json.Marshal(request, json.Deterministic(true))
	if err != nil {
		return callKey{}, nil, false
	}
	own = reflect.New(reflect.TypeOf(request).Elem()).Interface()
	if json.Unmarshal(text, own) != nil {
		return callKey{}, nil, false
	}
	key = callKey{op: r.Op.Name, request: string(text), timeout: options.Timeout}
	if len(options.Header) > 0 {
		key.header = fmt.Sprintf("%q", options.Header)
	}
	if options.Retry != nil {
		key.retry = *options.Retry
	}
	return key, own, true
}
