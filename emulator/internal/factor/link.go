package factor

import (
	"cmp"
	"crypto/subtle"
	"net/url"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Link is a magic link to send.
type Link struct {
	Purpose state.Purpose
	// Email is the address that the link proves, To the same as the request spells it.
	Email, To string
	// MemberID is whom the link logs in, empty for discovery.
	MemberID string
	// RedirectURL is where the link leads, nil for the project's default.
	RedirectURL *string
	// TokenType is the stytch_token_type with which a browser comes to it, such as "oauth".
	TokenType string
	// Template is that of the message, empty for the one of the purpose.
	Template  string
	Challenge *string
	Lifetime  time.Duration
}

// SendLink sends a magic link. A redirect URL that is none is refused with badURL.
func SendLink(tx *state.Tx, l Link, badURL *ops.Error) error {
	if err := CheckChallenge(l.Challenge); err != nil {
		return err
	}
	sent := &state.Link{
		Token: tx.Token(), Purpose: l.Purpose, Email: l.Email, MemberID: l.MemberID,
		Challenge: state.Text(l.Challenge), ExpiresAt: tx.Now.Add(l.Lifetime),
	}
	link, err := RedirectWith(tx, l.RedirectURL, l.TokenType, sent.Token, badURL)
	if err != nil {
		return err
	}
	tx.Links.Put(sent)
	tx.Send(state.Message{
		Channel: state.ChannelEmail, To: l.To, Template: cmp.Or(l.Template, string(l.Purpose)+"_magic_link"),
		Token: sent.Token, Link: link,
	})
	return nil
}

// RedirectWith is a redirect URL with a token and its type, by which a browser comes to the application. Nil is the
// project's default. One that is no URL is refused with badURL.
func RedirectWith(
	tx *state.Tx, redirectURL *string, tokenType, token string, badURL *ops.Error,
) (string, error) {
	target, err := Target(tx, redirectURL, badURL, ops.ErrNoMatchForProvidedMagicLinkURL)
	if err != nil {
		return "", err
	}
	return WithToken(target, tokenType, token), nil
}

// CheckChallenge refuses a PKCE challenge that is none. Without one, a flow does without PKCE.
func CheckChallenge(challenge *string) error {
	if state.Given(challenge) && !state.ChallengeForm.MatchString(*challenge) {
		return ops.ErrInvalidPKCECodeChallenge.Because("The challenge is not a SHA-256 hash in base64url.")
	}
	return nil
}

// RedirectURL is the redirect URL that is given or, without one, the project's default.
func RedirectURL(tx *state.Tx, given *string) string {
	registered := tx.Settings().RedirectURLs
	switch {
	case given != nil:
		return *given
	case len(registered) > 0:
		return registered[0]
	default:
		return tx.RedirectURL
	}
}

// Target parses the redirect URL that is given or, without one, the project's default. One that is none is refused with
// malformed; if any are registered, one that is not with unregistered.
func Target(tx *state.Tx, given *string, malformed, unregistered *ops.Error) (*url.URL, error) {
	raw, registered := RedirectURL(tx, given), tx.Settings().RedirectURLs
	target, err := state.RedirectURL(raw)
	if err != nil {
		return nil, malformed.Because("The redirect URL is %v.", err)
	}
	if len(registered) > 0 && !slices.Contains(registered, raw) {
		return nil, unregistered
	}
	return target, nil
}

// WithToken is a URL of an application with a token and its type, such as "oauth".
func WithToken(target *url.URL, tokenType, token string) string {
	return WithQuery(target, map[string]string{"stytch_token_type": tokenType, "token": token})
}

// WithQuery is a URL with parameters in its query, besides those that it has.
func WithQuery(target *url.URL, parameters map[string]string) string {
	query := target.Query()
	for name, value := range parameters {
		query.Set(name, value)
	}
	extended := *target
	extended.RawQuery = query.Encode()
	return extended.String()
}

// RedeemLink uses up the magic link that has a token and was sent for one of some purposes.
func RedeemLink(tx *state.Tx, token string, verifier *string, purposes ...state.Purpose) (*state.Link, error) {
	link, err := find(tx, token, verifier, ops.ErrMagicLinkNotFound, ops.ErrUnableToAuthMagicLink, purposes...)
	if err != nil {
		return nil, err
	}
	used := *link
	used.Used = true
	tx.Links.Put(&used)
	return &used, nil
}

// FindReset returns the link for setting a password that has a token. It does not use it up. Unverified: a token that
// is unknown is refused as one that was used.
func FindReset(tx *state.Tx, token string, verifier *string, purpose state.Purpose) (*state.Link, error) {
	spent := ops.ErrUnableToAuthPasswordResetToken.Because("The token is unknown, was used before or has expired.")
	link, err := find(tx, token, verifier, spent, spent, purpose)
	if err != nil {
		return nil, err
	}
	if m := tx.Members.Get(link.MemberID); m != nil && state.Lower(m.EmailAddress) != state.Lower(link.Email) {
		return nil, spent // the address has changed since
	}
	return link, nil
}

// find returns the link that has a token. The errors are for one that is unknown, and for one that was used or has
// expired.
func find(
	tx *state.Tx, token string, verifier *string, unknown, spent *ops.Error, purposes ...state.Purpose,
) (*state.Link, error) {
	link := tx.Links.Get(token)
	if link == nil || !slices.Contains(purposes, link.Purpose) || isDeleted(tx, link.MemberID) {
		return nil, unknown
	}
	if link.Used || !tx.Now.Before(link.ExpiresAt) {
		return nil, spent
	}
	return link, CheckPKCE(link.Challenge, verifier)
}

// isDeleted reports whether an id is one of a member who was deleted. The empty id, which discovery has, is not.
func isDeleted(tx *state.Tx, memberID string) bool {
	m := tx.Members.Get(memberID)
	return m != nil && m.IsDeleted()
}

// CheckPKCE compares a verifier with the challenge that the flow began with (RFC 7636, section 4.6, S256).
func CheckPKCE(challenge string, verifier *string) error {
	given := state.Text(verifier)
	switch {
	case challenge == "" && given == "":
		return nil
	case challenge == "":
		return ops.ErrPKCEDidNotExpectCodeVerifier
	case given == "":
		return ops.ErrPKCEExpectedCodeVerifier
	}
	if !Verifies(given, challenge) {
		return ops.ErrPKCEMismatch
	}
	return nil
}

// Verifies reports whether a code verifier is that of a challenge, by S256.
func Verifies(verifier, challenge string) bool {
	return subtle.ConstantTimeCompare([]byte(state.Challenge(verifier)), []byte(challenge)) == 1
}
