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
	return loggedIn[impersonation.AuthenticateResponse](tx, r), nil
}
