package login

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
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
	m = adoptMetadata(tx, adoptEmail(tx, m, t.Email), t)
	account := t.Account
	account.ID, account.MemberID = tx.ID(account.Provider+"-member-registration"), m.MemberID
	if old := tx.SSOAccount(&account); old != nil && old.MemberID == m.MemberID {
		account.ID, account.RefreshToken = old.ID, cmp.Or(account.RefreshToken, old.RefreshToken)
	}
	tx.PutSSOAccount(&account)
	return m, &account, nil
}

// personAttributes are the keys of an attribute mapping that say where the person's own data is.
var personAttributes = []string{"email", "full_name", "first_name", "last_name", "groups"}

// adoptMetadata sets those keys of the member's trusted metadata that the attribute mapping of an OIDC connection has
// beside the usual ones, to the claims that it names. What does not fit changes nothing. It returns the row.
// Unverified: that keys are those of the metadata and values the claims' names, as with the usual ones, and what does
// not fit. An external connection sets none: its mapping is another organization's.
func adoptMetadata(tx *state.Tx, m *state.Member, t *state.SSOToken) *state.Member {
	c := tx.SSOConnections.Get(t.ConnectionID).OIDC
	if c == nil {
		return m
	}
	added := shared.Object{}
	for key, name := range c.AttributeMapping {
		if claim, isText := name.(string); isText && !slices.Contains(personAttributes, key) {
			if value := t.Account.Attributes[claim]; value != nil {
				added[key] = value
			}
		}
	}
	changed := *m
	changed.TrustedMetadata = state.MergeMetadata(m.TrustedMetadata, added)
	if len(added) == 0 || reflect.DeepEqual(changed.TrustedMetadata, m.TrustedMetadata) ||
		state.CheckMetadata(changed.TrustedMetadata) != nil {
		return m
	}
	changed.UpdatedAt = tx.Now
	tx.Members.Put(&changed)
	return &changed
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
