package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/recoverycodes"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

func recoveryCodeRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BRecoveryCodesGet, getRecoveryCodes),
		engine.Handle(ops.B2BRecoveryCodesRotate, rotateRecoveryCodes),
		engine.Handle(ops.B2BRecoveryCodesRecover, recoverMember),
	}
}

// getRecoveryCodes returns the codes that were not used, of a registration that is pending too: the response of its
// creation may be lost.
func getRecoveryCodes(tx *engine.Tx, req *recoverycodes.GetRequest) (*recoverycodes.GetResponse, error) {
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	t := tx.TOTPs.Get(m.MemberID)
	if t == nil || t.HasExpired(tx.Now) {
		return nil, ops.ErrRecoveryCodesNotFound
	}
	return &recoverycodes.GetResponse{
		MemberID: m.MemberID, Member: login.Member(tx.Tx, m), Organization: org.Organization,
		RecoveryCodes: factor.RecoveryCodes(t),
	}, nil
}

// rotateRecoveryCodes replaces all codes by new ones.
func rotateRecoveryCodes(tx *engine.Tx, req *recoverycodes.RotateRequest) (*recoverycodes.RotateResponse, error) {
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	t := tx.TOTPs.Get(m.MemberID)
	switch {
	case t == nil || t.HasExpired(tx.Now):
		return nil, ops.ErrRecoveryCodesNotFound
	case t.IsPending():
		return nil, ops.ErrNoActiveRecoveryCodeBackedFactor
	}
	changed := *t
	changed.RecoveryCodes = factor.NewRecoveryCodes(tx.Tx, tx.RecoveryCodes())
	tx.TOTPs.Put(&changed)
	return &recoverycodes.RotateResponse{
		MemberID: m.MemberID, Member: login.Member(tx.Tx, m), Organization: org.Organization,
		RecoveryCodes: factor.RecoveryCodes(&changed),
	}, nil
}

// recoverMember completes a login with a recovery code, which is used up.
func recoverMember(tx *engine.Tx, req *recoverycodes.RecoverRequest) (*recoverycodes.RecoverResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	if !factor.IsRecoveryCode(req.RecoveryCode) {
		return nil, ops.ErrInvalidRecoveryCode
	}
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if err := l.ResumeToProve(tx.Tx, org, m, organizations.MFAMethodTOTP); err != nil {
		return nil, err
	}
	id, left, err := factor.RedeemRecoveryCode(tx.Tx, m.MemberID, req.RecoveryCode)
	if err != nil {
		return nil, login.CountFailure(tx.Tx, m, err)
	}
	resp, err := login.CompleteSecond(tx.Tx, l, factor.RecoveryCode(tx.Tx, id), login.Enrollment{})
	if err != nil {
		return nil, err
	}
	out := loggedIn[recoverycodes.RecoverResponse](tx, resp)
	out.RecoveryCodesRemaining = left
	return out, nil
}
