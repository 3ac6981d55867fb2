package factor

import (
	"cmp"
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

// SendLink sends a magic link. A redirect URL that is none is refused with malformed.
func SendLink(tx *state.Tx, l Link, malformed *ops.Error) error {
	if err := CheckChallenge(l.Challenge); err != nil {
		return err
	}
	sent := &state.Link{
		Token: tx.Token(), Purpose: l.Purpose, Email: l.Email, MemberID: l.MemberID,
		Challenge: state.Text(l.Challenge), ExpiresAt: tx.Now.Add(l.Lifetime),
	}
	link, err := RedirectURLWithToken(tx, l.RedirectURL, l.TokenType, sent.Token, malformed)
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

// RedeemLink uses up the magic link that has a token and was sent for one of some purposes.
func RedeemLink(tx *state.Tx, token string, verifier *string, purposes ...state.Purpose) (*state.Link, error) {
	link, err := findLink(tx, token, verifier, ops.ErrMagicLinkNotFound, ops.ErrUnableToAuthMagicLink, purposes...)
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
	link, err := findLink(tx, token, verifier, spent, spent, purpose)
	if err != nil {
		return nil, err
	}
	if m := tx.Members.Get(link.MemberID); m != nil && state.Lower(m.EmailAddress) != state.Lower(link.Email) {
		return nil, spent // the address has changed since
	}
	return link, nil
}

// findLink returns the link that has a token. The errors are for one that is unknown, and for one that was used or has
// expired.
func findLink(
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
