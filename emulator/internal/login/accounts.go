package login

import (
	"cmp"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// ProveAccount is [Login.Prove] with an account at an OAuth provider, which becomes one of the member's as soon as the
// primary factors suffice.
func (l *Login) ProveAccount(tx *state.Tx, m *state.Member, account state.Registration, f Factor) error {
	if err := l.Prove(tx, m, f); err != nil {
		return err
	}
	l.byOwn = l.byOwn || ownsAccount(tx, m, &account)
	l.accounts = withAccounts(l.accounts, account)
	return nil
}

// withAccounts returns accounts with the added ones, each once. What a later login says of an account counts.
func withAccounts(accounts []state.Registration, added ...state.Registration) []state.Registration {
	list := slices.Clone(accounts)
	for _, a := range added {
		list = slices.DeleteFunc(list, func(other state.Registration) bool {
			return other.Provider == a.Provider && other.Subject == a.Subject
		})
		list = append(list, a)
	}
	return list[max(0, len(list)-state.MaxFactors):]
}

// ownsAccount reports whether an account became a member's while the member had the address that the member has now.
func ownsAccount(tx *state.Tx, m *state.Member, a *state.Registration) bool {
	r := tx.OAuthAccount(m.OrganizationID, a.Provider, a.Subject)
	return r != nil && r.MemberID == m.MemberID && !r.FormerEmail
}

// isStrange reports whether whoever has an account may be somebody else than a member, as the account does not prove
// the address and is not the member's, or became it when the member had another address. Unverified: the latter.
func isStrange(tx *state.Tx, m *state.Member, a *state.Registration) bool {
	r := tx.OAuthAccount(m.OrganizationID, a.Provider, a.Subject)
	if r != nil && r.MemberID == m.MemberID {
		return r.FormerEmail
	}
	return !a.ProvesEmail()
}

// hasStrangeAccount reports whether one of the accounts is strange to a member.
func hasStrangeAccount(tx *state.Tx, m *state.Member, accounts []state.Registration) bool {
	return slices.ContainsFunc(accounts, func(a state.Registration) bool { return isStrange(tx, m, &a) })
}

// register makes the accounts the member's, or renews what is known of those that are. One that is another member's
// stays there.
func (l *Login) register(tx *state.Tx) {
	for _, a := range l.accounts {
		old := tx.OAuthAccount(l.Org.OrganizationID, a.Provider, a.Subject)
		switch {
		case old == nil:
			a.ID = tx.ID("oauth-member")
		case old.MemberID != l.Member.MemberID:
			continue
		default:
			a.ID = old.ID
			a.RefreshToken = cmp.Or(a.RefreshToken, old.RefreshToken)
		}
		a.MemberID = l.Member.MemberID
		tx.Registrations.Put(&a)
	}
}

// ProvisionAccount returns the member of an organization who has an account at an OAuth provider, whose new address
// becomes the member's if the provider proves it; or, if nobody has the account, the member who has its address;
// otherwise a new one, if JIT provisioning by tenant, or by the domain of an address that the account proves, allows
// that.
func ProvisionAccount(
	tx *state.Tx, org *state.Organization, account *state.Registration, email string,
) (*state.Member, error) {
	if r := tx.OAuthAccount(org.OrganizationID, account.Provider, account.Subject); r != nil {
		m := tx.Members.Get(r.MemberID)
		if account.ProvesEmail() {
			m = adoptEmail(tx, m, email)
		}
		return m, nil
	}
	if m := tx.MemberByEmail(org.OrganizationID, email); m != nil {
		return m, nil
	}
	if err := CheckEmail(tx, org.OrganizationID, "", email); err != nil {
		return nil, err
	}
	if tenantOf(org, Tenants(account)) != nil {
		return tx.NewMember(org.OrganizationID, email), nil
	}
	if account.ProvesEmail() {
		m, _, err := Provision(tx, org, email)
		return m, err
	}
	if org.OAuthTenantJITProvisioning == organizations.OAuthTenantJITProvisioningRestricted {
		return nil, ops.ErrInvalidOAuthTenantForJITProvisioning
	}
	return nil, ops.ErrOAuthTenantJITProvisioningNotAllowed
}

// Tenants are the tenants that an account belongs to.
func Tenants(account *state.Registration) []state.Tenant {
	var list []state.Tenant
	for _, id := range account.TenantIDs {
		list = append(list, state.Tenant{Provider: account.Provider, ID: id})
	}
	return list
}

// tenantOf is the first of some tenants whose people may join an organization by themselves, nil if there is none.
func tenantOf(org *state.Organization, tenants []state.Tenant) *state.Tenant {
	if org.OAuthTenantJITProvisioning != organizations.OAuthTenantJITProvisioningRestricted {
		return nil
	}
	for _, t := range tenants {
		if allowed, ok := org.AllowedOAuthTenants[t.Provider].([]any); ok && slices.Contains(allowed, any(t.ID)) {
			return &t
		}
	}
	return nil
}
