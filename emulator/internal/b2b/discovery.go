package b2b

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func discoveryRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BDiscoveryIntermediateSessionsExchange, exchangeIntermediateSession),
		engine.Handle(ops.B2BDiscoveryOrganizationsCreate, createDiscoveredOrganization),
		engine.Handle(ops.B2BDiscoveryOrganizationsList, listDiscovered),
	}
}

// exchangeIntermediateSession logs in to an organization of which the person is a member, or may become one.
func exchangeIntermediateSession(
	tx *engine.Tx, req *intermediatesessions.ExchangeRequest,
) (*intermediatesessions.ExchangeResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale,
	})
	if err != nil {
		return nil, err
	}
	ist, err := login.FindIntermediate(tx.Tx, req.IntermediateSessionToken)
	if err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if ist.Bound && ist.OrganizationID != org.OrganizationID {
		return nil, ops.ErrInvalidIntermediateSessionTokenForOrganization
	}
	m, err := login.JoinDiscovered(tx.Tx, org, ist)
	if err != nil {
		return nil, err
	}
	l.Org, l.Member = org, m
	l.ContinueIntermediate(ist)
	l.MustProveEmail = ist.OrganizationID != org.OrganizationID && !ist.EmailKnown
	l.EmailProved = ist.EmailProved
	return login.Complete(tx.Tx, l)
}

// createDiscoveredOrganization creates an organization, whose first member is its administrator.
func createDiscoveredOrganization(
	tx *engine.Tx, req *discoveryorganizations.CreateRequest,
) (*discoveryorganizations.CreateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
	})
	if err != nil {
		return nil, err
	}
	ist, err := login.FindIntermediate(tx.Tx, req.IntermediateSessionToken)
	if err != nil {
		return nil, err
	}
	if ist.Bound {
		return nil, ops.ErrInvalidIntermediateSessionTokenForOrganization
	}
	org, err := settingsOfDiscovery(req).create(tx, state.NameFromEmail(ist.Email))
	if err != nil {
		return nil, err
	}
	if tx.ClaimedElsewhere(org.OrganizationID, ist.Email) {
		return nil, ops.ErrActionNotAllowedEmailDomainIsClaimed
	}
	admin := *tx.NewMember(org.OrganizationID, ist.Email)
	admin.AssignedRoles = []string{state.RoleAdmin}
	tx.Members.Put(&admin)
	l.Org, l.Member = org, &admin
	l.ContinueIntermediate(ist)
	l.MustProveEmail, l.EmailProved = true, ist.EmailProved
	resp, err := login.Complete(tx.Tx, l)
	return (*discoveryorganizations.CreateResponse)(resp), err
}

// listDiscovered lists organizations for an intermediate session or for a session. Only for an intermediate session are
// those included that the person may join. A session whose member has not proved the address finds its own one only.
func listDiscovered(
	tx *engine.Tx, req *discoveryorganizations.ListRequest,
) (*discoveryorganizations.ListResponse, error) {
	if !state.Given(req.IntermediateSessionToken) {
		s, m, err := login.FindSession(tx.Tx, req.SessionToken, req.SessionJWT)
		if err != nil {
			return nil, err
		}
		list := login.Memberships(tx.Tx, &state.Intermediate{
			Email: m.EmailAddress, OrganizationID: m.OrganizationID, Factors: factor.Current(m, s.Factors),
		}, false)
		if !login.HasProved(s, m) {
			list = slices.DeleteFunc(list, func(o discovery.DiscoveredOrganization) bool {
				return o.Organization.OrganizationID != m.OrganizationID
			})
		}
		return &discoveryorganizations.ListResponse{EmailAddress: m.EmailAddress, DiscoveredOrganizations: list}, nil
	}
	if state.Given(req.SessionToken) || state.Given(req.SessionJWT) {
		return nil, ops.ErrTooManySessionArguments.Because(
			"Give only one of intermediate_session_token, session_token and session_jwt.")
	}
	ist, err := login.FindIntermediate(tx.Tx, *req.IntermediateSessionToken)
	if err != nil {
		return nil, err
	}
	return &discoveryorganizations.ListResponse{
		EmailAddress:            ist.Email,
		DiscoveredOrganizations: login.Discover(tx.Tx, ist),
		OrganizationIDHint:      ist.OrganizationID,
	}, nil
}
