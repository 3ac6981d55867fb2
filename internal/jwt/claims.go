package jwt

import (
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// clockSkew is how far behind the issuer's clock ours may be: a token from a moment ahead is let pass.
const clockSkew = 5 * time.Second

// Registered are the registered claims (RFC 7519, section 4.1), for embedding.
type Registered struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  Audience `json:"aud"`
	Expires   Date     `json:"exp"`
	IssuedAt  Date     `json:"iat"`
	NotBefore Date     `json:"nbf"`
}

// Audience is one or more names; a single one may stand without a list.
type Audience []string

// UnmarshalJSONFrom reads a string or a list of strings.
func (a *Audience) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	*a = nil // what a value that is used again held is no audience of this token
	switch token.Kind() {
	case jsontext.KindString:
		*a = Audience{token.String()}
		return nil
	case jsontext.KindBeginArray:
	default:
		return errClaim
	}
	for dec.PeekKind() == jsontext.KindString {
		if token, err = dec.ReadToken(); err != nil {
			return err
		}
		*a = append(*a, token.String())
	}
	if token, err = dec.ReadToken(); err != nil {
		return err
	}
	if token.Kind() != jsontext.KindEndArray {
		return errClaim
	}
	return nil
}

// Date is a time in whole seconds since 1970, or none.
type Date struct {
	Seconds int64
	Set     bool
}

// maxDate is the year 9999: no token is good until then, and nothing overflows below it.
const maxDate = 253_402_300_799

// UnmarshalJSONFrom reads an integer. Fractions, exponents and strings are refused: the issuer sends none.
func (d *Date) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if len(raw) == 0 || len(raw) > len("253402300799") {
		return errClaim
	}
	var n int64
	for _, c := range raw {
		if c < '0' || c > '9' {
			return errClaim
		}
		n = n*10 + int64(c-'0')
	}
	if n > maxDate {
		return errClaim
	}
	*d = Date{Seconds: n, Set: true}
	return nil
}

// Time is the date as a time in UTC.
func (d Date) Time() time.Time { return time.Unix(d.Seconds, 0).UTC() }

// errClaim is a claim of another form. Token.Verify makes a TokenError of it.
var errClaim = errors.New("the claim has another form")

// Claims are the registered claims, for who has embedded them.
func (r *Registered) Claims() *Registered { return r }

// EndBy shortens the token's life to that of what it stands for. The zero time leaves it.
func (r *Registered) EndBy(end time.Time) {
	if !end.IsZero() && r.Expires.Set {
		r.Expires.Seconds = min(r.Expires.Seconds, end.Unix())
	}
}

// Expected is what a token must say. An empty issuer or audience matches nothing.
type Expected struct {
	Issuers  []string
	Audience string
	// OnlyAudience refuses tokens that are made out to others too.
	OnlyAudience bool
	Now          time.Time
	// Leeway is added to the token's life.
	Leeway time.Duration
	// MaxAge bounds the time since the token was issued; nil means no bound, zero that every token is too old.
	MaxAge *time.Duration
}

// Check compares the claims with what is expected. A token that says too little or the wrong thing is refused for that
// before its age is looked at, so that "expired" is said only of what was once good here.
func (r *Registered) Check(want Expected) error {
	switch {
	case !r.Expires.Set || !r.IssuedAt.Set || r.Issuer == "" || r.Subject == "" || len(r.Audience) == 0:
		return Malformed("a claim is missing: exp, iat, iss, sub and aud are required")
	case !slices.Contains(want.Issuers, r.Issuer):
		return wrong("the issuer is another one")
	case want.Audience == "" || !slices.Contains(r.Audience, want.Audience):
		return wrong("it is made out to somebody else")
	case want.OnlyAudience && len(r.Audience) != 1:
		return wrong("it is made out to others too")
	}
	ahead := want.Now.Add(max(clockSkew, want.Leeway)).Unix()
	switch {
	case r.IssuedAt.Seconds > ahead || r.NotBefore.Seconds > ahead:
		return Malformed("it begins in the future; is the clock right?")
	case want.Now.Add(-want.Leeway).Unix() >= r.Expires.Seconds:
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenExpired.Verdict}
	case want.MaxAge != nil && (*want.MaxAge == 0 || want.Now.Sub(r.IssuedAt.Time()) > *want.MaxAge):
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenTooOld.Verdict}
	}
	return nil
}

func wrong(reason string) *stytcherror.TokenError {
	return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenClaims.Verdict, Reason: reason}
}
