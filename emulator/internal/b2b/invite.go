package b2b

import (
	"cmp"
	"reflect"
	"slices"

	magiclinksemail "github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// invite sends a link that makes somebody an active member. Whoever is no active member yet can be invited, and again.
func invite(tx *engine.Tx, req *magiclinksemail.InviteRequest) (*magiclinksemail.InviteResponse, error) {
	lifetime, err := inviteLifetimes.of(req.InviteExpirationMinutes)
	if err != nil {
		return nil, err
	}
	address, err := checkInvite(req)
	if err != nil {
		return nil, err
	}
	if login.IsSandbox(req.OrganizationID, address) {
		member, org := login.SandboxMember(), login.SandboxOrganization()
		return &magiclinksemail.InviteResponse{MemberID: member.MemberID, Member: member, Organization: org},
			tx.Permit(org.OrganizationID, nil)
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if state.Given(req.InvitedByMemberID) {
		if _, err := login.FindMember(tx.Tx, org.OrganizationID, *req.InvitedByMemberID); err != nil {
			return nil, err
		}
	}
	roles, err := login.Assignable(tx.Tx, org, req.Roles)
	if err != nil {
		return nil, err
	}
	m := tx.MemberByEmail(org.OrganizationID, address)
	if err := tx.Permit(org.OrganizationID, m); err != nil {
		return nil, err
	}
	if err := mayInvite(tx, org, m, address); err != nil {
		return nil, err
	}
	if m == nil {
		m = tx.NewMember(org.OrganizationID, address)
	}
	if m, err = invited(tx, m, req, roles); err != nil {
		return nil, err
	}
	return &magiclinksemail.InviteResponse{
			MemberID: m.MemberID, Member: login.Member(tx.Tx, m), Organization: org.Organization,
		}, factor.SendLink(tx.Tx, factor.Link{
			Purpose: state.PurposeInvite, Email: m.EmailAddress, To: req.EmailAddress, MemberID: m.MemberID,
			RedirectURL: req.InviteRedirectURL, TokenType: shared.TokenTypeMultiTenantMagicLinks, Lifetime: lifetime,
		}, ops.ErrInvalidInviteMagicLinkURL)
}

// checkInvite validates an invitation, and returns the address.
func checkInvite(req *magiclinksemail.InviteRequest) (string, error) {
	address, err := state.Email(req.EmailAddress)
	if err != nil {
		return "", err
	}
	if err := checkEmailLocale(req.Locale); err != nil {
		return "", err
	}
	if state.Given(req.Name) && !state.IsName(*req.Name) {
		return "", ops.ErrBadRequest.Because("The name is longer than %d characters.", state.MaxName)
	}
	return address, nil
}

// mayInvite refuses an address to which the organization sends no invitation. m is the member who has it, if there is
// one.
func mayInvite(tx *engine.Tx, org *state.Organization, m *state.Member, address string) error {
	allowed := slices.Contains(org.EmailAllowedDomains, state.Domain(address))
	switch {
	case m != nil && m.Status == organizations.MemberStatusActive:
		return ops.ErrDuplicateMemberEmail
	case org.EmailInvites == organizations.EmailInvitesNotAllowed:
		return ops.ErrInvalidEmailForInvites.Because("The organization does not allow invitations.")
	case org.EmailInvites == organizations.EmailInvitesRestricted && !allowed:
		return ops.ErrInvalidEmailForInvites.Because("The organization does not invite addresses on this domain.")
	case m != nil:
		return nil
	}
	return login.CheckEmail(tx.Tx, org.OrganizationID, "", address)
}

// invited makes a member an invited one who has what the request gives. It returns the row.
func invited(
	tx *engine.Tx, m *state.Member, req *magiclinksemail.InviteRequest, roles []string,
) (*state.Member, error) {
	changed := *m
	changed.Status = organizations.MemberStatusInvited
	state.Set(&changed.Name, req.Name)
	changed.TrustedMetadata = state.MergeMetadata(m.TrustedMetadata, req.TrustedMetadata)
	changed.UntrustedMetadata = state.MergeMetadata(m.UntrustedMetadata, req.UntrustedMetadata)
	err := cmp.Or(state.CheckMetadata(changed.TrustedMetadata), state.CheckMetadata(changed.UntrustedMetadata))
	if err != nil {
		return nil, err
	}
	if req.Roles != nil {
		changed.AssignedRoles = roles
	}
	if reflect.DeepEqual(&changed, m) {
		return m, nil
	}
	changed.UpdatedAt = tx.Now
	tx.Members.Put(&changed)
	return &changed, nil
}
