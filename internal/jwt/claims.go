package jwt

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// clockSkew is how far our clock may be behind the issuer's: iat and nbf may be this far in the future.
const clockSkew = 5 * time.Second

// Registered are the registered claims (RFC 7519, section 4.1). Structs of claims embed it.
type Registered struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  Audience `json:"aud"`
	Expires   Date     `json:"exp"`
	IssuedAt  Date     `json:"iat"`
	NotBefore Date     `json:"nbf"`
}

// Audience is the claim aud: a list of strings, or one string.
type Audience []string

// UnmarshalJSONFrom reads a string or a list of strings.
func (a *Audience) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	*a = nil // a decoder appends to what is there
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

// Date is a NumericDate (RFC 7519, section 2) in whole Unix seconds. Set is false for a claim that is missing.
type Date struct {
	Seconds int64
	Set     bool
}

// maxDate is the end of the year 9999. Arithmetic below it does not overflow.
const maxDate = 253_402_300_799

// UnmarshalJSONFrom reads a non-negative integer. Fractions, exponents and strings are refused: the issuer sends none.
func (d *Date) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || raw[0] == '-' || n > maxDate {
		return errClaim
	}
	*d = Date{Seconds: n, Set: true}
	return nil
}

// Time returns the date in UTC, and the zero time for one that is not set.
func (d Date) Time() time.Time {
	if !d.Set {
		return time.Time{}
	}
	return time.Unix(d.Seconds, 0).UTC()
}

// errClaim is the error for a claim of the wrong type. Token.Verify replaces it by a TokenError.
var errClaim = errors.New("the claim has the wrong type")

// Claims returns r: structs that embed Registered get the method.
func (r *Registered) Claims() *Registered { return r }

// ExpireBy makes the token expire at end, unless it does so before. The zero time changes nothing.
func (r *Registered) ExpireBy(end time.Time) {
	if !end.IsZero() && r.Expires.Set {
		r.Expires.Seconds = min(r.Expires.Seconds, end.Unix())
	}
}

// Expected says what Check requires of a token. An empty issuer or audience matches nothing.
type Expected struct {
	Issuers  []string
	Audience string
	// OnlyAudience refuses tokens that have other audiences too.
	OnlyAudience bool
	Now          time.Time
	// Leeway is for how long after exp the token is accepted, and how far in the future iat and nbf may be; for those,
	// it is at least 5 seconds.
	Leeway time.Duration
	// AnyBegin accepts a token whatever its iat and nbf.
	AnyBegin bool
	// MaxAge bounds the time since iat. Nil is no bound; zero makes every token too old.
	MaxAge *time.Duration
}

// Check compares the claims with what is expected. It looks at the token's age last: an expired token, and one that is
// too old, was otherwise valid.
func (r *Registered) Check(want Expected) error {
	switch {
	case !r.Expires.Set || !r.IssuedAt.Set || r.Issuer == "" || r.Subject == "" || len(r.Audience) == 0:
		return malformed("a claim is missing: exp, iat, iss, sub and aud are required")
	case !slices.Contains(want.Issuers, r.Issuer):
		return wrongClaims("it has another issuer")
	case want.Audience == "" || !slices.Contains(r.Audience, want.Audience):
		return wrongClaims("it has another audience")
	case want.OnlyAudience && len(r.Audience) != 1:
		return wrongClaims("it has other audiences too")
	}
	ahead := want.Now.Add(max(clockSkew, want.Leeway)).Unix()
	alwaysTooOld := want.MaxAge != nil && *want.MaxAge == 0
	switch {
	case !alwaysTooOld && !want.AnyBegin && (r.IssuedAt.Seconds > ahead || r.NotBefore.Seconds > ahead):
		return malformed("it begins in the future; is the clock right?")
	case want.Now.Add(-want.Leeway).Unix() >= r.Expires.Seconds:
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenExpired}
	case alwaysTooOld || want.MaxAge != nil && want.Now.Sub(r.IssuedAt.Time()) > *want.MaxAge:
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenTooOld}
	}
	return nil
}

func wrongClaims(reason string) *stytcherror.TokenError {
	return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenClaims, Reason: reason}
}
