package login

import (
	"cmp"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// ProvisionSSO returns the member who has an account of an SSO connection, whose new address becomes the member's; or,
// if nobody has the account, the member who has its address; otherwise a new one, if JIT provisioning allows that. The
// account becomes the member's: it returns that too. The address of a member who is found by the account alone must be
// verified, as the account does not prove it.
func ProvisionSSO(
	tx *state.Tx, org *state.Organization, t *state.SSOToken,
) (*state.Member, *state.Registration, error) {
	m := ssoMember(tx, org, t)
	if m == nil {
		if err := CheckEmail(tx, org.OrganizationID, "", t.Email); err != nil {
			return nil, nil, err
		}
		admitted := org.SSOJITProvisioning == organizations.SSOJITProvisioningAllAllowed ||
			org.SSOJITProvisioning == organizations.SSOJITProvisioningRestricted &&
				slices.Contains(org.SSOJITProvisioningAllowedConnections, t.ConnectionID)
		if !admitted {
			return nil, nil, ops.ErrInvalidConnectionForJITProvisioning
		}
		m = new(*tx.NewMember(org.OrganizationID, t.Email))
		m.Name = t.Name
		tx.Members.Put(m)
	}
	m = AdoptEmail(tx, m, t.Email)
	account := t.Account
	account.ID, account.MemberID = tx.ID(account.Provider+"-member-registration"), m.MemberID
	if old := tx.SSOAccount(&account); old != nil && old.MemberID == m.MemberID {
		account.ID, account.RefreshToken = old.ID, cmp.Or(account.RefreshToken, old.RefreshToken)
	}
	tx.PutSSOAccount(&account)
	return m, &account, nil
}

// ssoMember is the member whom a login by SSO is of, nil if there is none.
func ssoMember(tx *state.Tx, org *state.Organization, t *state.SSOToken) *state.Member {
	if r := tx.SSOAccount(&t.Account); r != nil {
		m := tx.Members.Get(r.MemberID)
		isIn := m.OrganizationID == org.OrganizationID
		if isIn && (m.EmailAddressVerified || state.Lower(m.EmailAddress) == state.Lower(t.Email)) {
			return m
		}
	}
	return tx.MemberByEmail(org.OrganizationID, t.Email)
}

// KnowsSSO reports whether a login by SSO is one of an active member.
func KnowsSSO(tx *state.Tx, org *state.Organization, t *state.SSOToken) bool {
	m := ssoMember(tx, org, t)
	return m != nil && m.Status == organizations.MemberStatusActive
}
