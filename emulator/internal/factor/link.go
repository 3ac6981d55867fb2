package factor

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
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
	// TokenType is the stytch_token_type with which a browser comes to it.
	TokenType string
	Challenge *string
	Lifetime  time.Duration
}

// SendLink sends a magic link. A redirect URL that is none is refused with badURL.
func SendLink(tx *state.Tx, l Link, badURL *ops.Error) error {
	if err := CheckChallenge(l.Challenge); err != nil {
		return err
	}
	target, err := Target(tx, l.RedirectURL, badURL, ops.ErrNoMatchForProvidedMagicLinkURL)
	if err != nil {
		return err
	}
	sent := &state.Link{
		Token: tx.Token(), Purpose: l.Purpose, Email: l.Email, MemberID: l.MemberID,
		Challenge: *cmp.Or(l.Challenge, new("")), ExpiresAt: tx.Now.Add(l.Lifetime),
	}
	tx.Links.Put(sent)
	tx.Send(state.Message{
		Channel: state.ChannelEmail, To: l.To, Template: string(l.Purpose) + "_magic_link",
		Token: sent.Token,
		Link:  WithQuery(target, map[string]string{"stytch_token_type": l.TokenType, "token": sent.Token}),
	})
	return nil
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
	link := tx.Links.Get(token)
	if link == nil || !slices.Contains(purposes, link.Purpose) || isDeleted(tx, link.MemberID) {
		return nil, ops.ErrMagicLinkNotFound
	}
	if link.Used || !tx.Now.Before(link.ExpiresAt) {
		return nil, ops.ErrUnableToAuthMagicLink
	}
	if err := CheckPKCE(link.Challenge, verifier); err != nil {
		return nil, err
	}
	used := *link
	used.Used = true
	tx.Links.Put(&used)
	return &used, nil
}

// isDeleted reports whether an id is one of a member who was deleted. The empty id, which discovery has, is not.
func isDeleted(tx *state.Tx, memberID string) bool {
	m := tx.Members.Get(memberID)
	return m != nil && m.IsDeleted()
}

// CheckPKCE compares a verifier with the challenge that the flow began with (RFC 7636, section 4.6, S256).
func CheckPKCE(challenge string, verifier *string) error {
	given := *cmp.Or(verifier, new(""))
	switch {
	case challenge == "" && given == "":
		return nil
	case challenge == "":
		return ops.ErrPKCEDidNotExpectCodeVerifier
	case given == "":
		return ops.ErrPKCEExpectedCodeVerifier
	}
	sum := sha256.Sum256([]byte(given))
	computed := base64.RawURLEncoding.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(computed), []byte(challenge)) != 1 {
		return ops.ErrPKCEMismatch
	}
	return nil
}
