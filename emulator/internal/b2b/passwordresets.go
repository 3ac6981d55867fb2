package b2b

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	passwordsexistingpassword "github.com/seed75add069/stytch-go/b2b/passwords/existingpassword"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// resetExistingPassword replaces the password of a member who knows it, and logs the member in.
func resetExistingPassword(
	tx *engine.Tx, req *passwordsexistingpassword.ResetRequest,
) (*passwordsexistingpassword.ResetResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
	})
	if err != nil {
		return nil, err
	}
	if req.ExistingPassword == req.NewPassword {
		return nil, ops.ErrCannotResetPasswordWithExistingPassword
	}
	chosen := newCandidate(tx, req.NewPassword, state.Lower(req.EmailAddress))
	a := attempt{password: req.ExistingPassword, wrong: ops.ErrPasswordDoesNotMatch, chosen: chosen}
	a.guess, a.refusal = newMemberGuess(tx, l, req.OrganizationID, req.EmailAddress)
	return nil, logIn(tx, &a, func(tx *engine.Tx, m *state.Member) (*passwordsexistingpassword.ResetResponse, error) {
		if err := l.Prove(tx.Tx, m, factor.Password(tx.Tx)); err != nil {
			return nil, err
		}
		chosen.put(tx, m, l.Session, l.HasProved())
		resp, err := login.Complete(tx.Tx, l)
		return (*passwordsexistingpassword.ResetResponse)(resp), err
	})
}

// maxResetAge is how long ago a factor of a session may have been authenticated that sets a password.
const maxResetAge = 5 * time.Minute

// resetPasswordInSession sets the password of a member who has just logged in. The factors of the session stay.
func resetPasswordInSession(
	tx *engine.Tx, req *passwordssessions.ResetRequest,
) (*passwordssessions.ResetResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
	})
	if err != nil {
		return nil, err
	}
	if err := findResetSession(tx, l, req); err != nil {
		return nil, err
	}
	chosen := newCandidate(tx, req.Password, l.Member.EmailAddress)
	return nil, engine.Outside(chosen.check, func(tx *engine.Tx) (*passwordssessions.ResetResponse, error) {
		if err := findResetSession(tx, l, req); err != nil {
			return nil, err
		}
		chosen.email = l.Member.EmailAddress
		chosen.put(tx, l.Member, l.Session, l.HasProved())
		resp, err := login.Complete(tx.Tx, l)
		if err != nil {
			return nil, err
		}
		return loggedIn[passwordssessions.ResetResponse](tx, resp), nil
	})
}

// findResetSession makes a login one with the session of the request, which must be new enough to set a password.
func findResetSession(tx *engine.Tx, l *login.Login, req *passwordssessions.ResetRequest) (err error) {
	s, m, err := login.FindSession(tx.Tx, req.SessionToken, req.SessionJWT)
	if err != nil {
		return err
	}
	l.ContinueSession(s, m)
	if l.Org, err = login.FindOrganization(tx.Tx, req.OrganizationID); err != nil {
		return err
	}
	p := tx.PasswordOf(l.Member)
	mustReset := p != nil && p.RequiresReset
	isNew := func(f factor.Factor) bool {
		return tx.Now.Sub(f.LastAuthenticatedAt) <= maxResetAge && !factor.IsImpersonation([]factor.Factor{f}) &&
			(!mustReset || !factor.HasPassword([]factor.Factor{f}))
	}
	switch {
	case l.Session.OrganizationID != l.Org.OrganizationID:
		return ops.ErrSessionAuthorizationTenancyError
	case !slices.ContainsFunc(l.Factors, isNew) && factor.IsImpersonation(l.Factors):
		return ops.ErrSessionTooOldToResetPassword.Because("A session of an impersonation resets no password.")
	case !slices.ContainsFunc(l.Factors, isNew):
		return ops.ErrSessionTooOldToResetPassword
	case tx.Settings().Passwords.CrossOrganization && !l.HasProved():
		return ops.ErrInsufficientFactors.Because("The member's e-mail address is not verified.")
	}
	if err := login.CheckLock(tx.Tx, l.Member); err != nil {
		return err
	}
	return login.CheckMethod(l.Org, l.Member, organizations.AuthMethodPassword)
}
