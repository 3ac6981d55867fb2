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
	switch {
	case org.EmailJITProvisioning != organizations.EmailJITProvisioningRestricted:
		return nil, false, ops.ErrEmailJITProvisioningNotAllowed
	case !slices.Contains(org.EmailAllowedDomains, state.Domain(email)):
		return nil, false, ops.ErrInvalidEmailForJITProvisioning.Because(
			"The organization does not admit addresses on the domain %s by JIT provisioning.", state.Domain(email))
	}
	if err := CheckEmail(tx, org.OrganizationID, "", email); err != nil {
		return nil, false, err
	}
	return tx.NewMember(org.OrganizationID, email), true, nil
}
