package login

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// impersonationTokenLifetime is how long a token of an impersonation is valid. Unverified: the API's is not known.
const impersonationTokenLifetime = 5 * time.Minute

// Impersonator is who wants to act in the name of a member.
type Impersonator struct {
	// Email is the person's e-mail address. ID is generated if it is empty.
	Email, ID string
	// RedirectURL is where the browser is led with the token, empty for the project's default.
	RedirectURL string
}

// StartImpersonation makes a token with which a member is impersonated, as the dashboard does, and the URL that a
// browser is led to with it. An error names the field that it is about.
func StartImpersonation(tx *state.Tx, memberID string, who Impersonator) (token, url string, err error) {
	m := tx.MemberAnywhere(memberID)
	if m == nil {
		return "", "", errors.New("member_id: there is no such member")
	}
	email, err := state.Email(who.Email)
	if err != nil {
		return "", "", errors.New("impersonator_email_address: it is no e-mail address")
	}
	if who.ID == "" {
		who.ID = tx.ID("impersonator")
	}
	if !state.IDForm.MatchString(who.ID) {
		return "", "", fmt.Errorf("impersonator_id: it must match %s", state.IDForm)
	}
	i := &state.Impersonation{
		Token: tx.Token(), MemberID: m.MemberID, ImpersonatorID: who.ID, ImpersonatorEmail: email,
		ExpiresAt: tx.Now.Add(impersonationTokenLifetime),
	}
	var redirectURL *string
	if who.RedirectURL != "" {
		redirectURL = &who.RedirectURL
	}
	url, err = factor.RedirectURLWithToken(
		tx, redirectURL, shared.TokenTypeMultiTenantImpersonation, i.Token, ops.ErrBadRequest)
	if err != nil {
		return "", "", errors.New("redirect_url: it is no URL to which the project's links may lead")
	}
	tx.Impersonations.Put(i)
	return i.Token, url, nil
}

// Impersonate uses up a token, and gives a session of an hour. It leaves the member as it is: neither a lock nor what
// the organization requires of a login counts. Unverified: that only active members can be impersonated.
func Impersonate(tx *state.Tx, token string) (*Response, error) {
	if !state.TokenForm.MatchString(token) {
		return nil, ops.ErrInvalidToken
	}
	i := tx.Impersonations.Get(token)
	if i == nil || !tx.Now.Before(i.ExpiresAt) {
		return nil, ops.ErrUnableToAuthImpersonationToken
	}
	tx.Impersonations.Delete(token)
	m := tx.Members.Get(i.MemberID)
	if m.Status != organizations.MemberStatusActive {
		return nil, ops.ErrMemberImpersonationNotAllowed.Because("The member is not active.")
	}
	l := &Login{
		Org: tx.Organizations.Get(m.OrganizationID), Member: m, duration: defaultSessionMinutes * time.Minute,
		Factors: []Factor{factor.Impersonation(tx, i)},
	}
	resp := &Response{MemberID: m.MemberID, Organization: l.Org.Organization, MemberAuthenticated: true}
	return resp, l.answer(tx, resp)
}
