package verify

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Remote says how the API is asked about a session. R is the response of Sessions.Authenticate.
type Remote[R any] struct {
	Config  *shared.FetchConfig
	Op      *transport.Op
	Options []shared.RequestOption
	// SessionToken is sent in place of the JWT, unless it is nil. If it is empty, nothing is sent.
	SessionToken *string
	// Request returns a pointer to the request of Op.
	Request func(*Check) any
	// Answer returns what is compared of the response.
	Answer func(*R) Answer
}

func (r *Remote[R]) hasToken() bool { return r.SessionToken != nil && *r.SessionToken != "" }

// do asks the API. Callers with equal requests and options share a call, and a token that the API has refused is not
// sent again for a while, unless MaxAge is zero.
func (r *Remote[R]) do(ctx context.Context, v *Verifier, req *Request, of *identity, check *Check) (*R, error) {
	request := r.Request(check)
	q, own, ok := r.question(request)
	if !ok || req.MaxAge != nil && *req.MaxAge == 0 {
		return transport.Call[R](ctx, r.Config, r.Op, request, r.Options...)
	}
	it := about{credential: credentialOf(sessionJWT, req.Token)}
	if r.hasToken() {
		it.credential = credentialOf(sessionToken, *r.SessionToken)
	}
	if of != nil {
		it.identity = *of
	}
	value, isShared, err := v.answers.ask(ctx, q, it, func(ctx context.Context) (any, error) {
		return transport.Call[R](ctx, r.Config, r.Op, own, r.Options...)
	})
	if err != nil {
		return nil, err
	}
	answer := value.(*R)
	if isShared {
		answer = deepcopy.Of(answer)
	}
	return answer, nil
}

// question returns what a call must have in common with this one to be shared, and a copy of the request, since the
// call may outlast its caller. It returns false for a request that cannot be encoded, and for options that are refused
// or that belong to one caller.
func (r *Remote[R]) question(request any) (q question, own any, ok bool) {
	var options shared.RequestOptions
	for _, option := range r.Options {
		if option == nil {
			return q, nil, false
		}
		option(&options)
	}
	if options.Raw != nil || !options.Authorization.IsZero() {
		return q, nil, false
	}
	text, err := json.Marshal(request, json.Deterministic(true))
	if err != nil {
		return q, nil, false
	}
	own = reflect.New(reflect.TypeOf(request).Elem()).Interface()
	if json.Unmarshal(text, own) != nil {
		return q, nil, false
	}
	q = question{op: r.Op.Name, request: string(text), timeout: options.Timeout}
	if len(options.Header) > 0 {
		q.header = fmt.Sprintf("%q", options.Header)
	}
	if options.Retry != nil {
		q.retry = *options.Retry
	}
	return q, own, true
}

// Answer is what the rules of local verification are applied to in the API's answer about a session.
type Answer struct {
	RequestID string
	// SessionID, Subject, OrganizationID and ExpiresAt are the session's. OrganizationID is for B2B only.
	SessionID, Subject, OrganizationID string
	ExpiresAt                          time.Time
	// SubjectToo and OrganizationToo are the ids of the objects beside the session, if the answer has them.
	SubjectToo, OrganizationToo string
	// SessionToken and SessionJWT are the session's tokens.
	SessionToken, SessionJWT string
	// Authorized is the verdict on the check; nil if there is none.
	Authorized *bool
}

func (a *Answer) identity() identity { return identity{a.SessionID, a.Subject, a.OrganizationID} }

// unusable returns the error for an answer that is not about the session that was asked about.
func (r *Remote[R]) unusable(a *Answer, reason string) error {
	return &stytcherror.DecodeError{Op: r.Op.Name, StatusCode: 200, RequestID: a.RequestID, Reason: reason}
}

// hold holds the API's answer to the rules for a JWT: it must be of the same session as the JWT, if that is given, of
// the same member or user and organization, not expired, and have a verdict on the check. A mistaken proxy or
// middleware must not let anybody in.
func (r *Remote[R]) hold(v *Verifier, req *Request, of *identity, check *Check, a *Answer) error {
	b2b := v.product == shared.ProductB2B
	switch {
	case a.SessionID == "" || a.Subject == "" || b2b && a.OrganizationID == "":
		return r.unusable(a, "it has no session, or an incomplete one")
	case of != nil && *of != a.identity() && r.hasToken(): // the caller's client may have mixed them up
		return &stytcherror.TokenError{
			Op: req.Op, Verdict: stytcherror.ErrTokenClaims, Reason: "it is of another session than the session_token",
		}
	case of != nil && *of != a.identity():
		return r.unusable(a, "it is of another session than the JWT")
	case a.SubjectToo != "" && a.SubjectToo != a.Subject,
		a.OrganizationToo != "" && a.OrganizationToo != a.OrganizationID:
		return r.unusable(a, "its session is of another person or organization")
	case r.hasToken() && a.SessionToken != "" && a.SessionToken != *r.SessionToken:
		return r.unusable(a, "it has another session token than the request")
	case !a.ExpiresAt.IsZero() && !v.now().Before(a.ExpiresAt.Add(req.Leeway)):
		return &stytcherror.TokenError{
			Op: req.Op, Verdict: stytcherror.ErrTokenExpired, Reason: "the session has ended, by the API's answer",
		}
	case check == nil:
		return nil
	case b2b && a.OrganizationID != check.OrganizationID:
		return tenancyError(req.Op, check)
	case a.Authorized == nil:
		return r.unusable(a, "it has no verdict on the authorization_check")
	case !*a.Authorized:
		return v.denial(req.Op, check, "the API denies it")
	}
	return nil
}
