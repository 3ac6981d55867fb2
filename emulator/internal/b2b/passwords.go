package b2b

import (
	"context"

	"github.com/seed75add069/stytch-go/b2b/passwords"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func passwordRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BPasswordsStrengthCheck, checkStrength),
		engine.Handle(ops.B2BPasswordsAuthenticate, authenticatePassword),
		engine.Handle(ops.B2BPasswordsMigrate, migratePassword),
		engine.Handle(ops.B2BPasswordsEmailResetStart, startPasswordReset),
		engine.Handle(ops.B2BPasswordsEmailReset, resetPasswordByEmail),
		engine.Handle(ops.B2BPasswordsEmailRequireReset, requirePasswordReset),
		engine.Handle(ops.B2BPasswordsExistingPasswordReset, resetExistingPassword),
		engine.Handle(ops.B2BPasswordsSessionsReset, resetPasswordInSession),
		engine.Handle(ops.B2BPasswordsDiscoveryAuthenticate, authenticateDiscoveryPassword),
		engine.Handle(ops.B2BPasswordsDiscoveryEmailResetStart, startDiscoveryPasswordReset),
		engine.Handle(ops.B2BPasswordsDiscoveryEmailReset, resetDiscoveryPassword),
	}
}

// checkStrength checks a password for which there need be no member.
func checkStrength(tx *engine.Tx, req *passwords.StrengthCheckRequest) (*passwords.StrengthCheckResponse, error) {
	if !tx.Has("password") {
		return nil, ops.ErrBadRequest.Because("The parameter password is missing.")
	}
	address := ""
	if state.Given(req.EmailAddress) {
		var err error
		if address, err = state.Email(*req.EmailAddress); err != nil {
			return nil, err
		}
	}
	settings := tx.Settings().Passwords
	resp := &passwords.StrengthCheckResponse{
		StrengthPolicy: state.PolicyZxcvbn, BreachDetectionOnCreate: !settings.AllowBreachedOnCreate,
	}
	return nil, engine.Outside(func(context.Context) error {
		policy := settings.Policy()
		strength := policy.Strength(req.Password, address)
		resp.BreachedPassword = address != "" && policy.IsBreached(req.Password)
		resp.Score = strength.Score
		resp.ValidPassword = strength.Valid && (!resp.BreachedPassword || !resp.BreachDetectionOnCreate)
		if policy.LUDS {
			resp.StrengthPolicy, resp.LUDSFeedback = state.PolicyLUDS, &strength.Needs
		} else {
			resp.ZxcvbnFeedback = &passwords.ZxcvbnFeedback{
				Warning: strength.Warning, Suggestions: strength.Suggestions,
			}
		}
		return nil
	}, func(*engine.Tx) (*passwords.StrengthCheckResponse, error) { return resp, nil })
}

// candidate is a password to set for somebody with an address.
type candidate struct {
	password, email string
	settings        state.PasswordSettings
	salt            []byte
	// hash is made by check.
	hash *password.Hash
}

func newCandidate(tx *engine.Tx, password, email string) *candidate {
	return &candidate{password: password, email: email, settings: tx.Settings().Passwords, salt: tx.Salt()}
}

// check refuses the password, or hashes it, see [password.New]. It takes long, and runs outside of transactions.
func (c *candidate) check(ctx context.Context) (err error) {
	policy := c.settings.Policy()
	switch {
	case len(c.password) > password.MaxLength:
		return ops.ErrWeakPassword.Because("The password is longer than %d bytes.", password.MaxLength)
	case !c.settings.AllowBreachedOnCreate && policy.IsBreached(c.password):
		return ops.ErrBreachedPassword
	case !policy.Strength(c.password, c.email).Valid:
		return ops.ErrWeakPassword
	}
	c.hash, err = password.New(ctx, c.password, c.salt)
	return err
}

// put makes the password the one of a member, or of the address. What somebody could have who knows the former one
// ends: sessions, apart from one to keep, intermediate sessions with it, and links for setting another one. Whoever
// sets it has proved the address or not.
func (c *candidate) put(tx *engine.Tx, m *state.Member, keep *state.Session, proved bool) {
	forAll := tx.Settings().Passwords.CrossOrganization
	affected := tx.MembersByEmail.Rows(state.Lower(c.email))
	memberID := ""
	if !forAll {
		affected, memberID = []*state.Member{m}, m.MemberID
	}
	tx.PutPassword(memberID, c.email, c.hash, proved)
	for _, m := range affected {
		tx.DeleteSessionsOf(m.MemberID, func(s *state.Session) bool { return keep == nil || s.ID != keep.ID })
		tx.DeleteLinksOf(m.MemberID, func(l *state.Link) bool { return l.Purpose == state.PurposePasswordReset })
	}
	if forAll {
		tx.Links.DeleteFunc(func(l *state.Link) bool {
			return l.Purpose == state.PurposeDiscoveryPasswordReset && state.Lower(l.Email) == state.Lower(c.email)
		})
	}
	tx.Intermediates.DeleteFunc(func(i *state.Intermediate) bool {
		return state.Lower(i.Email) == state.Lower(c.email) && factor.HasPassword(i.Factors) &&
			(forAll || i.OrganizationID == m.OrganizationID)
	})
}

// authenticatePassword logs a member in.
func authenticatePassword(tx *engine.Tx, req *passwords.AuthenticateRequest) (*passwords.AuthenticateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	a := attempt{password: req.Password, wrong: ops.ErrWrongPassword}
	a.guess, a.refusal = newMemberGuess(tx, l, req.OrganizationID, req.EmailAddress)
	return nil, logIn(tx, &a, func(tx *engine.Tx, m *state.Member) (*passwords.AuthenticateResponse, error) {
		if err := l.Prove(tx.Tx, m, factor.Password(tx.Tx)); err != nil {
			return nil, err
		}
		resp, err := login.Complete(tx.Tx, l)
		if err != nil {
			return nil, err
		}
		return loggedIn[passwords.AuthenticateResponse](tx, resp), nil
	})
}
