package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func totpRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BTOTPsCreate, createTOTP),
		engine.Handle(ops.B2BTOTPsAuthenticate, authenticateTOTP),
		engine.Handle(ops.B2BTOTPsMigrate, migrateTOTP),
	}
}

// totpLifetimes bound how long a registration waits for its first code.
var totpLifetimes = lifetimes{60, 5, 1440, ops.ErrInvalidExpiration}

// createTOTP starts the registration of an authenticator app. One that has expired is replaced. The picture is made
// outside of the transaction.
func createTOTP(tx *engine.Tx, req *totps.CreateRequest) (*totps.CreateResponse, error) {
	l, err := login.New(login.Request{
		SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	lifetime, err := totpLifetimes.of(req.ExpirationMinutes)
	if err != nil {
		return nil, err
	}
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if err := l.ResumeToAdd(tx.Tx, org, m, organizations.MFAMethodTOTP); err != nil {
		return nil, err
	}
	if err := checkNoTOTP(tx, m); err != nil {
		return nil, err
	}
	if err := l.CheckAddition(tx.Tx); err != nil {
		return nil, err
	}
	t := &state.TOTP{
		ID: tx.ID("member-totp"), MemberID: m.MemberID, Secret: tx.TOTPSecret(), ExpiresAt: tx.Now.Add(lifetime),
		RecoveryCodes: factor.NewRecoveryCodes(tx.Tx, tx.RecoveryCodes()),
	}
	tx.TOTPs.Put(t)
	resp := &totps.CreateResponse{
		MemberID: m.MemberID, Member: login.Member(tx.Tx, m), Organization: org.Organization,
		TOTPRegistrationID: t.ID, Secret: t.Secret, RecoveryCodes: factor.RecoveryCodes(t),
	}
	tx.Later(func() (err error) {
		resp.QRCode, err = factor.TOTPQRCode(org.OrganizationName, m.EmailAddress, t.Secret)
		return err
	})
	return resp, nil
}

// checkNoTOTP refuses another authenticator app for a member who has one.
func checkNoTOTP(tx *engine.Tx, m *state.Member) error {
	t := tx.TOTPs.Get(m.MemberID)
	switch {
	case m.TOTPRegistrationID != "":
		return ops.ErrActiveTOTPExists
	case t != nil && !t.HasExpired(tx.Now):
		return ops.ErrPendingTOTPExists
	}
	return nil
}

// authenticateTOTP completes a login with a code of the member's authenticator app. The first code completes the
// registration.
func authenticateTOTP(tx *engine.Tx, req *totps.AuthenticateRequest) (*totps.AuthenticateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	if err := login.CheckEnrollment(req.SetMFAEnrollment); err != nil {
		return nil, err
	}
	if err := factor.CheckTOTPCode(req.Code); err != nil {
		return nil, err
	}
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if err := l.ResumeToProve(tx.Tx, org, m, organizations.MFAMethodTOTP); err != nil {
		return nil, err
	}
	added := m.TOTPRegistrationID == ""
	if added {
		if err := l.CheckAddition(tx.Tx); err != nil {
			return nil, err
		}
	}
	t, err := factor.RedeemTOTP(tx.Tx, m.MemberID, req.Code)
	if err != nil {
		return nil, login.CountFailure(tx.Tx, m, err)
	}
	registerTOTP(tx, m, t)
	resp, err := login.CompleteSecond(tx.Tx, l, factor.AuthenticatorApp(tx.Tx, t.ID), login.Enrollment{
		Change: req.SetMFAEnrollment, Method: organizations.MFAMethodTOTP,
		IsDefault: isTrue(req.SetDefaultMFA), Added: added,
	})
	if err != nil {
		return nil, err
	}
	return loggedIn[totps.AuthenticateResponse](tx, resp), nil
}

// registerTOTP makes a registration that is complete the member's. It returns the row.
func registerTOTP(tx *engine.Tx, m *state.Member, t *state.TOTP) *state.Member {
	if m.TOTPRegistrationID == t.ID {
		return m
	}
	changed := *m
	changed.TOTPRegistrationID, changed.UpdatedAt = t.ID, tx.Now
	tx.Members.Put(&changed)
	return &changed
}

// migrateTOTP imports an authenticator app that the member has used with another system. The registration is complete
// at once. Without recovery codes, new ones are made.
func migrateTOTP(tx *engine.Tx, req *totps.MigrateRequest) (*totps.MigrateResponse, error) {
	secret, err := factor.ParseTOTPSecret(req.Secret)
	if err != nil {
		return nil, err
	}
	if err := factor.CheckRecoveryCodes(req.RecoveryCodes); err != nil {
		return nil, err
	}
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if err := login.CheckAddable(org, m, organizations.MFAMethodTOTP); err != nil {
		return nil, err
	}
	if err := checkNoTOTP(tx, m); err != nil {
		return nil, err
	}
	codes := req.RecoveryCodes
	if len(codes) == 0 {
		codes = tx.RecoveryCodes()
	}
	t := &state.TOTP{
		ID: tx.ID("member-totp"), MemberID: m.MemberID, Secret: secret,
		RecoveryCodes: factor.NewRecoveryCodes(tx.Tx, codes),
	}
	tx.TOTPs.Put(t)
	return &totps.MigrateResponse{
		MemberID: m.MemberID, Member: login.Member(tx.Tx, registerTOTP(tx, m, t)), Organization: org.Organization,
		TOTPRegistrationID: t.ID, RecoveryCodes: codes,
	}, nil
}
