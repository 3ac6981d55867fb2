package verify

import (
	"context"
	"crypto/rsa"
	"errors"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/internal/jwks"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Request is a token to verify locally, and what is required of it beside a valid signature.
type Request struct {
	// Op is the operation, and Field the field of its request that has the token. Errors name them.
	Op, Field string
	Token     string
	// MaxAge bounds the time since iat. Nil is no bound; zero makes every token too old.
	MaxAge *time.Duration
	// Leeway is for how long after exp the token is accepted.
	Leeway time.Duration
	// OnlyAudience refuses tokens that have other audiences beside the project.
	OnlyAudience bool
	// Check, unless nil, is an action that the token's subject must be allowed to perform.
	Check *Check
}

// validate refuses an empty token and negative bounds.
func (r *Request) validate() error {
	if r.Token == "" {
		return refuse(r.Op, r.Field, "is required")
	}
	return r.validateBounds()
}

func (r *Request) validateBounds() error {
	switch {
	case r.MaxAge != nil && *r.MaxAge < 0:
		return refuse(r.Op, "max_token_age", "is negative")
	case r.Leeway < 0:
		return refuse(r.Op, "leeway", "is negative")
	}
	return nil
}

// Kind tells apart the kinds of tokens, which one cache may hold. Kinds are compared as pointers.
type Kind struct {
	// NewClaims returns a pointer to a new struct with the claims of this kind.
	NewClaims func() Claims
}

// Claims are those of one kind of token. The struct embeds jwt.Registered.
type Claims interface {
	Claims() *jwt.Registered
	// Validate refuses a token of another kind, and one that lacks a claim. It may make the token expire earlier.
	Validate() error
	Verified() Verified
}

// Verified is the result of verifying a token.
type Verified struct {
	// Value is a pointer to the claims as the public API returns them.
	Value any
	// SessionID is the id of the token's session, if it has one.
	SessionID string
	// Subject is the subject of permission checks.
	Subject Subject

	// own copies Value for a caller; nil if no other caller has it.
	own func() any
}

// value returns a value that the caller may change.
func (v *Verified) value() any {
	if v.own != nil {
		return v.own()
	}
	return v.Value
}

// Local verifies a token and, if req has a Check, checks the permission. It does not ask the API about the token. T is
// what Verified.Value points to.
func Local[T any](ctx context.Context, v *Verifier, kind *Kind, req Request) (*T, error) {
	value, err := local(ctx, v, kind, &req)
	if err != nil {
		return nil, err
	}
	return value.(*T), nil
}

// local is Local without a type parameter: what has one is compiled by every package that uses it.
func local(ctx context.Context, v *Verifier, kind *Kind, req *Request) (any, error) {
	return verifierOf(v).local(ctx, kind, req)
}

func (v *verifier) local(ctx context.Context, kind *Kind, req *Request) (any, error) {
	if err := v.validate(ctx, req.Op, req.Check); err != nil {
		return nil, err
	}
	if err := req.validate(); err != nil {
		return nil, err
	}
	token, err := v.verify(ctx, kind, req)
	if err != nil {
		return nil, withOp(err, req.Op)
	}
	return v.checked(ctx, req.Op, &token, req.Check)
}

// checked returns the token's value if check is nil or its subject is allowed to do it.
func (v *verifier) checked(ctx context.Context, op string, token *Verified, check *Check) (any, error) {
	if check != nil {
		if err := v.allow(ctx, op, &token.Subject, check); err != nil {
			return nil, err
		}
	}
	return token.value(), nil
}

// verify verifies a token, unless it is cached, and compares its claims with req.
func (v *verifier) verify(ctx context.Context, kind *Kind, req *Request) (Verified, error) {
	var none Verified
	expected := jwt.Expected{
		Issuers: v.issuers, Audience: v.projectID, OnlyAudience: req.OnlyAudience,
		Now: v.now(), Leeway: req.Leeway, MaxAge: req.MaxAge,
	}
	cached, err := v.cachedToken(ctx, expected.Now, req)
	if err != nil {
		return none, err
	}
	if cached != nil && cached.kind == kind {
		return cached.verified, cached.claims.Check(expected)
	}
	epoch := v.tokens.begin()
	token, err := jwt.Parse(req.Token, &v.headers)
	if err != nil {
		return none, err
	}
	key, err := v.key(ctx, expected.Now, token.KID, req.Op)
	if err != nil {
		return none, err
	}
	claims := kind.NewClaims()
	if err := token.Verify(key, claims); err != nil {
		return none, err
	}
	if err := claims.Validate(); err != nil {
		return none, err
	}
	if err := claims.Claims().Check(expected); err != nil {
		return none, err
	}
	verified := claims.Verified()
	if v.tokens != nil {
		verified.own = deepcopy.Maker(verified.Value)
		v.tokens.add(epoch, &entry{
			text: strings.Clone(req.Token), kid: strings.Clone(token.KID), key: key,
			claims: *claims.Claims(), kind: kind, verified: verified,
		})
	}
	return verified, nil
}

// cachedToken returns the cache's entry for a token, or nil if there is none, or its kid is that of another key now.
func (v *verifier) cachedToken(ctx context.Context, now time.Time, req *Request) (*entry, error) {
	cached := v.tokens.find(req.Token)
	if cached == nil {
		return nil, nil //nolint:nilnil // not in the cache
	}
	key, err := v.key(ctx, now, cached.kid, req.Op)
	if err != nil || key != cached.key {
		return nil, err
	}
	return cached, nil
}

// WrongKind returns the error for a token of another kind.
func WrongKind(reason string) *stytcherror.TokenError {
	return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenKind, Reason: reason}
}

// withOp sets the operation of a TokenError. The error must be new, since it is changed.
func withOp(err error, op string) error {
	if tokenErr, ok := errors.AsType[*stytcherror.TokenError](err); ok {
		tokenErr.Op = op
	}
	return err
}

func (v *verifier) key(ctx context.Context, now time.Time, kid, op string) (*rsa.PublicKey, error) {
	key, err := v.keys.KeyAt(ctx, now, kid)
	return key, keyError(op, err)
}

// keyError returns the error of the public API for one of package jwks, whose other errors are those of contexts.
func keyError(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwks.ErrUnknown):
		return &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeyUnknown}
	case errors.Is(err, jwks.ErrUnavailable):
		unavailable := &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeysUnavailable, Reason: err.Error()}
		if response, ok := errors.AsType[*stytcherror.Error](err); ok {
			unavailable.Err = response
		}
		return unavailable
	}
	return &stytcherror.RequestError{Op: op, Err: err}
}

// Ready waits until there is a key set, and returns why there is none.
func (v *Verifier) Ready(ctx context.Context, op string) error {
	own := verifierOf(v)
	if err := own.validate(ctx, op, nil); err != nil {
		return err
	}
	return keyError(op, own.keys.Ready(ctx))
}
