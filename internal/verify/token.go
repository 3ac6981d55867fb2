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

// Demands are what a caller wants of a token beside a good signature.
type Demands struct {
	// Op is the operation, Field the field of its request that holds the token; both are for errors.
	Op, Field string
	// MaxAge bounds the time since the token was issued; nil does not, zero makes every token too old.
	MaxAge *time.Duration
	// Leeway is added to the token's life.
	Leeway time.Duration
	// OnlyAudience refuses tokens that are made out to others beside the project.
	OnlyAudience bool
	// Outdated asks for what a genuine token says that is expired or too old, along with the error.
	Outdated bool
}

func (d *Demands) check(text string) error {
	switch {
	case text == "":
		return &stytcherror.ArgumentError{Op: d.Op, Field: d.Field, Reason: "is required"}
	case d.MaxAge != nil && *d.MaxAge < 0:
		return &stytcherror.ArgumentError{Op: d.Op, Field: "max_token_age", Reason: "is negative"}
	case d.Leeway < 0:
		return &stytcherror.ArgumentError{Op: d.Op, Field: "leeway", Reason: "is negative"}
	}
	return nil
}

// Verified is what a token says.
type Verified[T any] struct {
	// Value is what callers get.
	Value *T
	// SessionID is the session that the token stands for, if any.
	SessionID string
	// Subject is who it is, for permissions.
	Subject Subject
}

// Claims are what a kind of token says: a pointer to a struct C that embeds jwt.Registered.
type Claims[T, C any] interface {
	*C
	Claims() *jwt.Registered
	// Validate refuses a token of another kind, and one that says too little. It may shorten the token's life.
	Validate() error
	Verified() Verified[T]
}

// Token verifies a token and returns what it says. Its errors name the operation.
func Token[T, C any, P Claims[T, C]](ctx context.Context, v *Verifier, text string, d Demands) (Verified[T], error) {
	var none Verified[T]
	if err := v.usable(ctx, d.Op); err != nil {
		return none, err
	}
	if err := d.check(text); err != nil {
		return none, err
	}
	expected := jwt.Expected{
		Issuers: v.issuers, Audience: v.id, OnlyAudience: d.OnlyAudience,
		Now: v.now(), Leeway: d.Leeway, MaxAge: d.MaxAge,
	}
	known, err := v.recall(ctx, text, d.Op, expected.Now)
	if err != nil {
		return none, err
	}
	if known != nil {
		if verified, ok := known.verified.(Verified[T]); ok {
			err := named(known.claims.Check(expected), d.Op)
			if err != nil && !d.Outdated {
				return none, err
			}
			verified.Value = new(*verified.Value)
			return verified, err
		}
	}
	epoch := v.tokens.begin()
	token, err := jwt.Parse(text, &v.headers)
	if err != nil {
		return none, named(err, d.Op)
	}
	key, err := v.key(ctx, token.KID, d.Op)
	if err != nil {
		return none, err
	}
	claims := P(new(C))
	if err := token.Verify(key, claims); err != nil {
		return none, named(err, d.Op)
	}
	if err := claims.Validate(); err != nil {
		return none, named(err, d.Op)
	}
	if err := claims.Claims().Check(expected); err != nil {
		if d.Outdated && mayDiffer(err) {
			return claims.Verified(), named(err, d.Op)
		}
		return none, named(err, d.Op)
	}
	verified := claims.Verified()
	if v.tokens != nil {
		v.tokens.keep(epoch, &entry{
			text: strings.Clone(text), kid: strings.Clone(token.KID), key: key,
			claims: *claims.Claims(), session: verified.SessionID, verified: verified,
		})
		verified.Value = new(*verified.Value)
	}
	return verified, nil
}

// recall finds a remembered token whose key is still the one that its kid names.
func (v *Verifier) recall(ctx context.Context, text, op string, now time.Time) (*entry, error) {
	known := v.tokens.find(text)
	if known == nil {
		return nil, nil //nolint:nilnil // nothing is remembered, which is no error
	}
	key := v.keys.Fresh(known.kid, now)
	if key == nil {
		var err error
		if key, err = v.key(ctx, known.kid, op); err != nil {
			return nil, err
		}
	}
	if key != known.key {
		return nil, nil //nolint:nilnil // as above
	}
	return known, nil
}

// mayDiffer reports whether the API could say otherwise of a token. One that has no such chance, a forged one above all,
// must not cost a call; see docs/decisions/0006-who-asks-the-api.md.
func mayDiffer(err error) bool {
	if _, undecided := errors.AsType[*stytcherror.PolicyError](err); undecided {
		return true
	}
	return errors.Is(err, stytcherror.ErrTokenExpired) || errors.Is(err, stytcherror.ErrTokenTooOld) ||
		errors.Is(err, stytcherror.ErrKeysUnavailable)
}

// usable refuses a call that cannot be made, as transport does.
func (v *Verifier) usable(ctx context.Context, op string) error {
	switch {
	case ctx == nil:
		return &stytcherror.ArgumentError{Op: op, Field: "ctx", Reason: "is nil"}
	case v == nil:
		return &stytcherror.ArgumentError{Op: op, Field: "cfg", Reason: "is nil: make services with New"}
	}
	return nil
}

// wrongKind is the error for a token of another kind.
func WrongKind(reason string) *stytcherror.TokenError {
	return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenKind.Verdict, Reason: reason}
}

// named adds the operation to an error that has just been made.
func named(err error, op string) error {
	if tokenErr, ok := errors.AsType[*stytcherror.TokenError](err); ok {
		tokenErr.Op = op
	}
	return err
}

func (v *Verifier) key(ctx context.Context, kid, op string) (*rsa.PublicKey, error) {
	key, err := v.keys.Key(ctx, kid)
	switch {
	case err == nil:
		return key, nil
	case errors.Is(err, jwks.ErrUnknown):
		return nil, &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeyUnknown.Verdict}
	default:
		return nil, noKeys(op, err)
	}
}

// noKeys is the error where there are no keys: nobody has any, or the caller did not wait for them.
func noKeys(op string, err error) error {
	if errors.Is(err, jwks.ErrUnavailable) {
		return &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrKeysUnavailable.Verdict, Reason: err.Error()}
	}
	return stytcherror.NewRequestError(op, "", 0, err)
}

// Ready waits until there are keys to verify with, and says why there are none.
func (v *Verifier) Ready(ctx context.Context, op string) error {
	if err := v.usable(ctx, op); err != nil {
		return err
	}
	if err := v.keys.Ready(ctx); err != nil {
		return noKeys(op, err)
	}
	return nil
}
