package b2b

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func memberRoutes() []engine.Route {
	return slices.Concat([]engine.Route{
		engine.Handle(ops.B2BOrganizationsMembersCreate, createMember),
		engine.Handle(ops.B2BOrganizationsMembersGet, getMember),
		engine.Handle(ops.B2BOrganizationsMembersDangerouslyGet, getMemberAnywhere),
		engine.Handle(ops.B2BOrganizationsMembersUpdate, updateMember),
		engine.Handle(ops.B2BOrganizationsMembersDelete, deleteMember),
		engine.Handle(ops.B2BOrganizationsMembersReactivate, reactivateMember),
		engine.Handle(ops.B2BOrganizationsMembersSearch, searchMembers),
		engine.Handle(ops.B2BOrganizationsMembersDeleteExternalID, deleteExternalID),
	}, memberFactorRoutes(), memberEmailRoutes(), memberProviderRoutes(), memberAppRoutes())
}

// memberResponse is the response of operations that return a member. Those of the others have the same fields.
func memberResponse(tx *engine.Tx, org *state.Organization, m *state.Member) *members.GetResponse {
	return &members.GetResponse{
		MemberID: m.MemberID, Member: login.Member(tx.Tx, m), Organization: org.Organization,
	}
}

// findMember finds an organization and one of its members.
func findMember(tx *engine.Tx, organizationID, memberID string) (*state.Organization, *state.Member, error) {
	org, err := login.FindOrganization(tx.Tx, organizationID)
	if err != nil {
		return nil, nil, err
	}
	m, err := login.FindMember(tx.Tx, org.OrganizationID, memberID)
	return org, m, err
}

// permittedMember is findMember for an operation that takes the session of a caller.
func permittedMember(tx *engine.Tx, organizationID, memberID string) (*state.Organization, *state.Member, error) {
	org, err := login.FindOrganization(tx.Tx, organizationID)
	if err != nil {
		return nil, nil, err
	}
	if err := tx.PermitTenant(org.OrganizationID); err != nil {
		return nil, nil, err
	}
	m, err := login.FindMember(tx.Tx, org.OrganizationID, memberID)
	if err != nil {
		return nil, nil, err
	}
	return org, m, tx.Permit(org.OrganizationID, m)
}

// createMember creates an active member, whose address is not verified. Nothing is sent.
func createMember(tx *engine.Tx, req *members.CreateRequest) (*members.CreateResponse, error) {
	email, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	fields := &members.UpdateRequest{
		Name: req.Name, TrustedMetadata: req.TrustedMetadata, UntrustedMetadata: req.UntrustedMetadata,
		IsBreakglass: req.IsBreakglass, MFAPhoneNumber: req.MFAPhoneNumber, MFAEnrolled: req.MFAEnrolled,
		Roles: req.Roles, ExternalID: req.ExternalID,
	}
	if err := checkMember(fields); err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if err := tx.Permit(org.OrganizationID, nil); err != nil {
		return nil, err
	}
	if err := login.CheckEmail(tx.Tx, org.OrganizationID, "", email); err != nil {
		return nil, err
	}
	m := *tx.NewMember(org.OrganizationID, email)
	if !isTrue(req.CreateMemberAsPending) {
		m.Status = organizations.MemberStatusActive
	}
	if err := changeMember(tx, org, &m, fields); err != nil {
		return nil, err
	}
	tx.Members.Put(&m)
	return (*members.CreateResponse)(memberResponse(tx, org, &m)), nil
}

// getMember finds a member by id or by address.
func getMember(tx *engine.Tx, req *members.GetRequest) (*members.GetResponse, error) {
	if state.Given(req.MemberID) == state.Given(req.EmailAddress) {
		return nil, ops.ErrInvalidMemberGetFields
	}
	if state.Given(req.MemberID) {
		org, m, err := findMember(tx, req.OrganizationID, *req.MemberID)
		if err != nil {
			return nil, err
		}
		return memberResponse(tx, org, m), nil
	}
	email, err := state.Email(*req.EmailAddress)
	if err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	m := tx.MemberByEmail(org.OrganizationID, email)
	if m == nil {
		return nil, ops.ErrMemberNotFound
	}
	return memberResponse(tx, org, m), nil
}

// getMemberAnywhere finds a member by the id alone. External ids are not unique among organizations.
func getMemberAnywhere(
	tx *engine.Tx, req *members.DangerouslyGetRequest,
) (*members.DangerouslyGetResponse, error) {
	if err := login.CheckTestID("member", req.MemberID); err != nil {
		return nil, err
	}
	m := tx.Members.Get(req.MemberID)
	if m == nil || m.IsDeleted() && !isTrue(req.IncludeDeleted) {
		return nil, ops.ErrMemberNotFound
	}
	return (*members.DangerouslyGetResponse)(memberResponse(tx, tx.Organizations.Get(m.OrganizationID), m)), nil
}

func deleteMember(tx *engine.Tx, req *members.DeleteRequest) (*members.DeleteResponse, error) {
	_, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	login.Delete(tx.Tx, m)
	return &members.DeleteResponse{MemberID: m.MemberID}, nil
}

// reactivateMember makes a deleted member active again. What deletion ended stays ended: sessions, links, codes and the
// access of Connected Apps. Another member may have taken the address, the external id or the MFA number meanwhile.
func reactivateMember(tx *engine.Tx, req *members.ReactivateRequest) (*members.ReactivateResponse, error) {
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if err := login.CheckTestID("member", req.MemberID); err != nil {
		return nil, err
	}
	m := tx.Members.Get(req.MemberID)
	if m == nil || m.OrganizationID != org.OrganizationID {
		return nil, ops.ErrMemberNotFound
	}
	if err := tx.Permit(org.OrganizationID, nil); err != nil {
		return nil, err
	}
	switch {
	case !m.IsDeleted():
		return nil, ops.ErrNoDeletedMemberFoundForReactivation
	case !m.EmailAddressVerified:
		return nil, ops.ErrEmailUnverifiedForReactivation
	case login.CheckEmail(tx.Tx, org.OrganizationID, m.MemberID, m.EmailAddress) != nil:
		return nil, ops.ErrReactivationEmailBelongsToAnotherMember
	}
	if m, err = login.Reactivate(tx.Tx, m, m.EmailAddress); err != nil {
		return nil, err
	}
	return (*members.ReactivateResponse)(memberResponse(tx, org, m)), nil
}

// deleteExternalID removes an external id, if there is one.
func deleteExternalID(
	tx *engine.Tx, req *members.DeleteExternalIDRequest,
) (*members.DeleteExternalIDResponse, error) {
	org, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	changed := *m
	if m.ExternalID != "" {
		changed.ExternalID, changed.UpdatedAt = "", tx.Now
		tx.Members.Put(&changed)
	}
	return (*members.DeleteExternalIDResponse)(memberResponse(tx, org, &changed)), nil
}
