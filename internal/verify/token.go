package verify

import (
	"context"
	"crypto/rsa"
	"errors"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/jwks"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// TokenOptions says what is required of a token beside a valid signature.
type TokenOptions struct {
	// Op is the operation, and Field the field of its request that has the token. Errors name them.
	Op, Field string
	// MaxAge bounds the time since iat. Nil is no bound; zero makes every token too old.
	MaxAge *time.Duration
	// Leeway is for how long after exp the token is accepted.
	Leeway time.Duration
	// OnlyAudience refuses tokens that have other audiences beside the project.
	OnlyAudience bool

	// returnOutdated makes Token return the claims of an expired token, and of one that is too old, with the error.
	returnOutdated bool
}

// validate refuses an empty token and negative options.
func (o *TokenOptions) validate(text string) error {
	switch {
	case text == "":
		return &stytcherror.ArgumentError{Op: o.Op, Field: o.Field, Reason: "is required"}
	case o.MaxAge != nil && *o.MaxAge < 0:
		return &stytcherror.ArgumentError{Op: o.Op, Field: "max_token_age", Reason: "is negative"}
	case o.Leeway < 0:
		return &stytcherror.ArgumentError{Op: o.Op, Field: "leeway", Reason: "is negative"}
	}
	return nil
}

// Verified is the result of verifying a token.
type Verified[T any] struct {
	// Value is the claims as the public API returns them.
	Value *T
	// SessionID is the id of the token's session, if it has one.
	SessionID string
	// Subject is the subject of permission checks.
	Subject Subject
}

// Claims is a pointer to a struct C with the claims of one kind of token. C embeds jwt.Registered.
type Claims[T, C any] interface {
	*C
	Claims() *jwt.Registered
	// Validate refuses a token of another kind, and one that lacks a claim. It may make the token expire earlier.
	Validate() error
	Verified() Verified[T]
}

// Token verifies a token. Its errors name the operation.
func Token[T, C any, P Claims[T, C]](
	ctx context.Context, v *Verifier, text string, o TokenOptions,
) (Verified[T], error) {
	var none Verified[T]
	if err := v.usable(ctx, o.Op); err != nil {
		return none, err
	}
	if err := o.validate(text); err != nil {
		return none, err
	}
	expected := jwt.Expected{
		Issuers: v.issuers, Audience: v.projectID, OnlyAudience: o.OnlyAudience,
		Now: v.now(), Leeway: o.Leeway, MaxAge: o.MaxAge,
	}
	cached, err := v.cachedToken(ctx, text, o.Op, expected.Now)
	if err != nil {
		return none, err
	}
	if cached != nil {
		if verified, ok := cached.verified.(Verified[T]); ok {
			err := withOp(cached.claims.Check(expected), o.Op)
			if err != nil && !o.returnOutdated {
				return none, err
			}
			verified.Value = new(*verified.Value)
			return verified, err
		}
	}
	return verifyNew[T, C, P](ctx, v, text, expected, o)
}

// verifyNew verifies a token that is not cached, and caches it.
func verifyNew[T, C any, P Claims[T, C]](
	ctx context.Context, v *Verifier, text string, expected jwt.Expected, o TokenOptions,
) (Verified[T], error) {
	var none Verified[T]
	epoch := v.tokens.begin()
	token, err := jwt.Parse(text, &v.headers)
	if err != nil {
		return none, withOp(err, o.Op)
	}
	key, err := v.key(ctx, token.KID, o.Op)
	if err != nil {
		return none, err
	}
	claims := P(new(C))
	if err := token.Verify(key, claims); err != nil {
		return none, withOp(err, o.Op)
	}
	if err := claims.Validate(); err != nil {
		return none, withOp(err, o.Op)
	}
	if err := claims.Claims().Check(expected); err != nil {
		if o.returnOutdated && apiMayAccept(err) {
			return claims.Verified(), withOp(err, o.Op)
		}
		return none, withOp(err, o.Op)
	}
	verified := claims.Verified()
	if v.tokens != nil {
		v.tokens.add(epoch, &entry{
			text: strings.Clone(text), kid: strings.Clone(token.KID), key: key,
			claims: *claims.Claims(), sessionID: verified.SessionID, verified: verified,
		})
		verified.Value = new(*verified.Value)
	}
	return verified, nil
}

// cachedToken returns the cache's entry for a token, or nil if there is none, or its kid is that of another key now.
func (v *Verifier) cachedToken(ctx context.Context, text, op string, now time.Time) (*entry, error) {
	cached := v.tokens.find(text)
	if cached == nil {
		return nil, nil //nolint:nilnil // not in the cache
	}
	key := v.keys.Fresh(cached.kid, now)
	if key == nil {
		var err error
		if key, err = v.key(ctx, cached.kid, op); err != nil {
			return nil, err
		}
	}
	if key != cached.key {
		return nil, nil //nolint:nilnil // not in the cache with this key
	}
	return cached, nil
}

// apiMayAccept reports whether the API may accept a token or a check that failed with err. Other tokens, above all
// forged ones, must not cause a request: see docs/decisions/0006-who-asks-the-api.md.
func apiMayAccept(err error) bool {
	if _, noPolicy := errors.AsType[*stytcherror.PolicyError](err); noPolicy {
		return true
	}
	return errors.Is(err, stytcherror.ErrTokenExpired) || errors.Is(err, stytcherror.ErrTokenTooOld) ||
		errors.Is(err, stytcherror.ErrKeysUnavailable)
}

// usable refuses a nil context and a nil Verifier, with the errors of package transport.
func (v *Verifier) usable(ctx context.Context, op string) error {
	switch {
	case ctx == nil:
		return &stytcherror.ArgumentError{Op: op, Field: "ctx", Reason: "is nil"}
	case v == nil:
		return &stytcherror.ArgumentError{Op: op, Field: "cfg", Reason: "is nil: make services with New"}
	}
	return nil
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

func (v *Verifier) key(ctx context.Context, kid, op string) (*rsa.PublicKey, error) {
	key, err := v.keys.Key(ctx, kid)
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
		return &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeysUnavailable, Reason: err.Error()}
	}
	return &stytcherror.RequestError{Op: op, Err: err}
}

// Ready waits until there is a key set, and returns why there is none.
func (v *Verifier) Ready(ctx context.Context, op string) error {
	if err := v.usable(ctx, op); err != nil {
		return err
	}
	return keyError(op, v.keys.Ready(ctx))
}
