package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// authenticateSSO logs in the member to whom an account of an SSO connection belongs.
func authenticateSSO(tx *engine.Tx, req *sso.AuthenticateRequest) (*sso.AuthenticateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	t, err := factor.RedeemSSO(tx.Tx, req.SSOToken, req.PKCECodeVerifier)
	if err != nil {
		return nil, err
	}
	c := tx.SSOConnections.Get(t.ConnectionID)
	switch {
	case !tx.IsUsableSSO(c):
		return nil, ops.ErrSSOTokenNotFound.Because("The connection is no longer active.")
	case t.Account.Issuer != tx.Referred(c).Issuer():
		return nil, ops.ErrSSOTokenNotFound.Because("The connection leads to another identity provider now.")
	}
	m, account, err := login.ProvisionSSO(tx.Tx, tx.Organizations.Get(c.Summary().OrganizationID), t)
	if err != nil {
		return nil, err
	}
	if err := l.Prove(tx.Tx, m, factor.SSO(tx.Tx, account)); err != nil {
		return nil, err
	}
	l.VouchedFor = state.Lower(t.Email) == state.Lower(m.EmailAddress)
	resp, err := login.Complete(tx.Tx, l)
	if err != nil {
		return nil, err
	}
	return loggedIn[sso.AuthenticateResponse](tx, resp), nil
}
