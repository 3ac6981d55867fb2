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

// Want is what a caller demands of a token beside a good signature.
type Want struct {
	// Op is the operation, for errors.
	Op string
	// Field is the request's field that holds the token, for errors.
	Field string
	// MaxAge bounds the time since the token was issued; zero does not. Leeway is added to its life.
	MaxAge, Leeway time.Duration
	// OnlyAudience refuses tokens that are made out to others beside the project.
	OnlyAudience bool
}

func (w *Want) check(text string) error {
	switch {
	case text == "":
		return &stytcherror.ArgumentError{Op: w.Op, Field: w.Field, Reason: "is required"}
	case w.MaxAge < 0:
		return &stytcherror.ArgumentError{Op: w.Op, Field: "max_token_age", Reason: "is negative"}
	case w.Leeway < 0:
		return &stytcherror.ArgumentError{Op: w.Op, Field: "leeway", Reason: "is negative"}
	}
	return nil
}

// Claims are what a kind of token says, a struct that embeds jwt.Registered.
type Claims[T any] interface {
	Claims() *jwt.Registered
	// Settle refuses a token of another kind, and one that says too little. It may shorten the token's life.
	Settle() error
	// Value is what callers get. Session is the id of the session that it stands for, if any.
	Value() (value *T, session string)
}

// Token verifies a token and returns what it says: T, as the claims C have it. Its errors name the operation.
func Token[T, C any, P interface {
	*C
	Claims[T]
}](ctx context.Context, p *Project, text string, want Want) (*T, error) {
	if err := p.usable(ctx, want.Op); err != nil {
		return nil, err
	}
	if err := want.check(text); err != nil {
		return nil, err
	}
	expected := jwt.Expected{
		Issuers: p.issuers, Audience: p.id, OnlyAudience: want.OnlyAudience,
		Now: p.now(), Leeway: want.Leeway, MaxAge: want.MaxAge,
	}
	if kept := p.tokens.find(text); kept != nil {
		key := p.keys.Fresh(kept.kid, expected.Now)
		if key == nil {
			var err error
			if key, err = p.key(ctx, kept.kid, want.Op); err != nil {
				return nil, err
			}
		}
		if value, ok := kept.value.(*T); ok && key == kept.key {
			if err := kept.claims.Check(expected); err != nil {
				return nil, named(err, want.Op)
			}
			return new(*value), nil
		}
	}
	epoch := p.tokens.begin()
	token, err := jwt.Parse(text, &p.headers)
	if err != nil {
		return nil, named(err, want.Op)
	}
	key, err := p.key(ctx, token.KID, want.Op)
	if err != nil {
		return nil, err
	}
	claims := P(new(C))
	if err := token.Open(key, claims); err != nil {
		return nil, named(err, want.Op)
	}
	value, session, err := settle(claims, expected)
	if err != nil {
		return nil, named(err, want.Op)
	}
	if p.tokens != nil {
		p.tokens.keep(epoch, &kept{
			text: strings.Clone(text), kid: strings.Clone(token.KID), key: key,
			claims: *claims.Claims(), session: session, value: value,
		})
		return new(*value), nil
	}
	return value, nil
}

// usable refuses a call that cannot be made, as transport does.
func (p *Project) usable(ctx context.Context, op string) error {
	switch {
	case ctx == nil:
		return &stytcherror.ArgumentError{Op: op, Field: "ctx", Reason: "is nil"}
	case p.keys == nil:
		return &stytcherror.ArgumentError{Op: op, Field: "cfg", Reason: "is nil: make services with New"}
	}
	return nil
}

// settle holds claims that were signed against what is expected.
func settle[T any](claims Claims[T], expected jwt.Expected) (value *T, session string, err error) {
	if err := claims.Settle(); err != nil {
		return nil, "", err
	}
	if err := claims.Claims().Check(expected); err != nil {
		return nil, "", err
	}
	value, session = claims.Value()
	return value, session, nil
}

// WrongKind is the error for a token of another kind.
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

func (p *Project) key(ctx context.Context, kid, op string) (*rsa.PublicKey, error) {
	key, err := p.keys.Key(ctx, kid)
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
func (p *Project) Ready(ctx context.Context, op string) error {
	if err := p.usable(ctx, op); err != nil {
		return err
	}
	if err := p.keys.Ready(ctx); err != nil {
		return noKeys(op, err)
	}
	return nil
}
