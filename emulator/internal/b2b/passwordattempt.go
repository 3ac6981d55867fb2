package b2b

import (
	"cmp"
	"context"
	"errors"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// attempt is a password that somebody gives to prove who they are.
type attempt struct {
	password string
	// guess is nil if the password is not even to be compared. Then, or if there is nothing to compare it with, refusal
	// says why.
	guess   *login.Guess
	refusal error
	// wrong refuses another password than the right one.
	wrong *ops.Error
	// chosen is the password that is to replace the right one, nil if none is.
	chosen *candidate
}

// logIn compares the password outside of the transaction. If it is the right one and may still be used, then goes on
// with its member, nil for the password of an address. It returns what the handler is to return as its error.
func logIn[Resp any](
	tx *engine.Tx, a *attempt, then func(*engine.Tx, *state.Member) (*Resp, error),
) error {
	if a.guess == nil {
		return a.refusal
	}
	settings, right, breached := tx.Settings().Passwords, false, false
	var notChosen *ops.Error // why the chosen password is refused
	return engine.Outside(func(ctx context.Context) (err error) {
		if right, err = a.guess.Hash.Matches(ctx, a.password); err != nil {
			return err
		}
		breached = !settings.AllowBreachedOnAuthenticate && settings.IsBreached(a.password)
		if right && a.refusal == nil && a.chosen != nil {
			err = a.chosen.check(ctx)
			if refusal, ok := errors.AsType[*ops.Error](err); ok {
				notChosen, err = refusal, nil
			}
		}
		return cmp.Or(err, a.refusal)
	}, func(tx *engine.Tx) (*Resp, error) {
		m, p, err := a.guess.Accept(tx.Tx, right)
		switch {
		case errors.Is(err, login.ErrWrongGuess):
			return nil, a.wrong.Committed()
		case err != nil:
			return nil, err
		case breached || p.RequiresReset:
			return nil, ops.ErrMemberResetPassword.Committed()
		case notChosen != nil:
			return nil, notChosen.Committed()
		}
		return then(tx, m)
	})
}

// newMemberGuess is [login.NewGuess] for the member who has an address. The rest of the login must be possible: whoever
// knows the password is not locked for what else is wrong with the call.
func newMemberGuess(tx *engine.Tx, l *login.Login, organizationID, email string) (*login.Guess, error) {
	address, err := state.Email(email)
	if err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, organizationID)
	if err != nil {
		return nil, err
	}
	m := tx.MemberByEmail(org.OrganizationID, address)
	if m == nil {
		return &login.Guess{Hash: password.Nobody()}, ops.ErrMemberNotFound
	}
	if err := login.CheckMethod(org, m, organizations.AuthMethodPassword); err != nil {
		return nil, err
	}
	if err := l.Prove(tx.Tx, m, factor.Password(tx.Tx)); err != nil {
		return nil, err
	}
	if err := l.CheckSession(tx.Tx); err != nil {
		return nil, err
	}
	return login.NewGuess(tx.Tx, m, tx.PasswordOf(m))
}
