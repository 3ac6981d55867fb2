package b2b

import (
	passwordsdiscovery "github.com/seed75add069/stytch-go/b2b/passwords/discovery"
	passwordsdiscoveryemail "github.com/seed75add069/stytch-go/b2b/passwords/discovery/email"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// checkCrossOrganization refuses a call in a project whose passwords are for one organization.
func checkCrossOrganization(tx *engine.Tx) error {
	if !tx.Settings().Passwords.CrossOrganization {
		return ops.ErrCrossOrgPasswordsNotEnabled
	}
	return nil
}

// authenticateDiscoveryPassword returns an intermediate session, and the organizations that it can be exchanged for. An
// address without a password is refused alike whether a member has it or not.
func authenticateDiscoveryPassword(
	tx *engine.Tx, req *passwordsdiscovery.AuthenticateRequest,
) (*passwordsdiscovery.AuthenticateResponse, error) {
	if err := checkCrossOrganization(tx); err != nil {
		return nil, err
	}
	address, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	a := attempt{password: req.Password, wrong: ops.ErrWrongPassword}
	a.guess, a.refusal = login.NewGuess(tx.Tx, nil, tx.PasswordByEmail(address))
	return nil, logIn(tx, &a, func(tx *engine.Tx, _ *state.Member) (*passwordsdiscovery.AuthenticateResponse, error) {
		return (*passwordsdiscovery.AuthenticateResponse)(discoverByPassword(tx, address, false)), nil
	})
}

// startDiscoveryPasswordReset creates no member, and does the same for every address.
func startDiscoveryPasswordReset(
	tx *engine.Tx, req *passwordsdiscoveryemail.ResetStartRequest,
) (*passwordsdiscoveryemail.ResetStartResponse, error) {
	if err := checkCrossOrganization(tx); err != nil {
		return nil, err
	}
	address, lifetime, err := resetLifetimes.ofEmail(req.EmailAddress, req.ResetPasswordExpirationMinutes, req.Locale)
	if err != nil {
		return nil, err
	}
	err = checkResetURLs(tx, req.ResetPasswordRedirectURL, req.DiscoveryRedirectURL, ops.ErrInvalidDiscoveryRedirectURL)
	if err != nil {
		return nil, err
	}
	return &passwordsdiscoveryemail.ResetStartResponse{}, factor.SendLink(tx.Tx, factor.Link{
		Purpose: state.PurposeDiscoveryPasswordReset, Email: address, To: req.EmailAddress,
		RedirectURL: req.ResetPasswordRedirectURL, TokenType: shared.TokenTypeMultiTenantPasswords,
		Template: passwordTemplate, Challenge: req.PKCECodeChallenge, Lifetime: lifetime,
	}, ops.ErrInvalidPasswordResetRedirectURL)
}

// resetDiscoveryPassword sets the password of an address with the token of a link, which proves the address.
func resetDiscoveryPassword(
	tx *engine.Tx, req *passwordsdiscoveryemail.ResetRequest,
) (*passwordsdiscoveryemail.ResetResponse, error) {
	if err := factor.CheckVerifier(req.PKCECodeVerifier); err != nil {
		return nil, err
	}
	find := func(tx *engine.Tx) (*state.Link, error) {
		if err := checkCrossOrganization(tx); err != nil {
			return nil, err
		}
		return factor.FindReset(
			tx.Tx, req.PasswordResetToken, req.PKCECodeVerifier, state.PurposeDiscoveryPasswordReset)
	}
	link, err := find(tx)
	if err != nil {
		return nil, err
	}
	chosen := newCandidate(tx, req.Password, link.Email)
	return nil, engine.Outside(chosen.check, func(tx *engine.Tx) (*passwordsdiscoveryemail.ResetResponse, error) {
		if _, err := find(tx); err != nil {
			return nil, err
		}
		chosen.put(tx, nil, nil, true)
		resp := discoverByPassword(tx, link.Email, true)
		return (*passwordsdiscoveryemail.ResetResponse)(resp), nil
	})
}
