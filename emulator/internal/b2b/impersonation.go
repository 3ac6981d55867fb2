package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/impersonation"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

func impersonationRoutes() []engine.Route {
	return []engine.Route{engine.Handle(ops.B2BImpersonationAuthenticate, impersonate)}
}

// impersonate gives a session for a token of the dashboard.
func impersonate(tx *engine.Tx, req *impersonation.AuthenticateRequest) (*impersonation.AuthenticateResponse, error) {
	r, err := login.Impersonate(tx.Tx, req.ImpersonationToken)
	if err != nil {
		return nil, err
	}
	resp := &impersonation.AuthenticateResponse{
		MemberAuthenticated: true, MemberID: r.MemberID, Member: r.Member,
		OrganizationID: r.Organization.OrganizationID, Organization: r.Organization,
		SessionToken: r.SessionToken, MemberSession: r.MemberSession,
	}
	copyJWT(tx, r, &resp.SessionJWT)
	return resp, nil
}
