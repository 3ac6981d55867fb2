package login

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Provision returns the member of an organization who has an address, or a new one if JIT provisioning by the domain of
// the address allows that. Unlike in discovery, the organization needs no member with a verified address on the domain.
func Provision(tx *state.Tx, org *state.Organization, email string) (m *state.Member, created bool, err error) {
	if m := tx.MemberByEmail(org.OrganizationID, email); m != nil {
		return m, false, nil
	}
	if err := CheckEmail(tx, org.OrganizationID, "", email); err != nil {
		return nil, false, err
	}
	switch {
	case org.EmailJITProvisioning != organizations.EmailJITProvisioningRestricted:
		return nil, false, ops.ErrEmailJITProvisioningNotAllowed
	case !slices.Contains(org.EmailAllowedDomains, state.Domain(email)):
		return nil, false, ops.ErrInvalidEmailForJITProvisioning.Because(
			"The organization does not admit addresses on the domain %s by JIT provisioning.", state.Domain(email))
	}
	return tx.NewMember(org.OrganizationID, email), true, nil
}

// JoinDiscovered returns the member that an intermediate session is exchanged for: an existing one, or a new one where
// JIT provisioning allows that.
func JoinDiscovered(tx *state.Tx, org *state.Organization, i *state.Intermediate) (*state.Member, error) {
	if m := tx.MemberByEmail(org.OrganizationID, i.Email); m != nil {
		return m, nil
	}
	if err := CheckEmail(tx, org.OrganizationID, "", i.Email); err != nil {
		return nil, err
	}
	if eligibility(tx, org, i) == nil {
		if org.EmailJITProvisioning != organizations.EmailJITProvisioningRestricted {
			return nil, ops.ErrEmailJITProvisioningNotAllowed
		}
		return nil, ops.ErrInvalidEmailForJITProvisioning.Because(
			"The organization does not admit addresses on the domain %s by JIT provisioning, or has no member yet "+
				"with a verified address on it.", state.Domain(i.Email))
	}
	return tx.NewMember(org.OrganizationID, i.Email), nil
}
