package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
)

// edit changes the state past the rules of the operations. An error changes nothing.
func edit(p *Project, change func(*state.Tx) error) error { return wrap(engineOf(p.core).Do(change)) }

// AddMember makes an e-mail address an active member of an organization, which is given by its id, slug or external id,
// and the address verified. It returns the member's id. If the organization has such a member already, that one is
// activated. No provisioning rule is applied.
func (p *Project) AddMember(organization, email string) (memberID string, err error) {
	err = edit(p, func(tx *state.Tx) error {
		org, err := login.FindOrganization(tx, organization)
		if err != nil {
			return fmt.Errorf("organization: %w", err)
		}
		address, err := state.Email(email)
		if err != nil {
			return fmt.Errorf("email: %w", err)
		}
		m := tx.MemberByEmail(org.OrganizationID, address)
		if m == nil {
			m = tx.NewMember(org.OrganizationID, address)
		}
		login.Activate(tx, m, []sessions.AuthenticationFactor{factor.MagicLink(tx, m.EmailID, address)})
		memberID = m.MemberID
		return nil
	})
	return memberID, err
}

// AssignRoles replaces the roles that are assigned to a member directly. The role stytch_member, which everybody has,
// need not be named. A role that neither the project nor the organization has is added to the project's policy, without
// permissions; SetOrgPolicy then refuses its id. JWTs that exist do not change. A deleted member is refused, and so are
// more than a thousand roles, and an id that is empty or has more than 128 characters.
func (p *Project) AssignRoles(memberID string, roles ...string) error {
	return edit(p, func(tx *state.Tx) error {
		found := tx.Members.Get(memberID)
		if found == nil || found.IsDeleted() {
			return fmt.Errorf("member_id: %w", ops.ErrMemberNotFound)
		}
		assigned, err := distinctRoles(roles)
		if err != nil {
			return fmt.Errorf("roles: %w", err)
		}
		m := *found
		custom := tx.Organizations.Get(m.OrganizationID).CustomRoles
		for _, id := range assigned {
			isCustom := slices.ContainsFunc(custom, func(r state.Role) bool { return r.RoleID == id })
			if !isCustom && tx.Roles.Get(id) == nil {
				tx.Roles.Put(&state.Role{RoleID: id})
			}
		}
		m.AssignedRoles, m.UpdatedAt = assigned, tx.Now
		tx.Members.Put(&m)
		return nil
	})
}

// distinctRoles returns ids of roles, each once and without stytch_member.
func distinctRoles(roles []string) ([]string, error) {
	if len(roles) > state.MaxEntries {
		return nil, fmt.Errorf("there must be at most %d", state.MaxEntries)
	}
	var ids []string
	for _, id := range roles {
		if !state.IsRoleID(id) || !utf8.ValidString(id) {
			return nil, fmt.Errorf("each must have 1 to %d characters of UTF-8, none of them for control",
				state.MaxName)
		}
		if id != state.RoleMember && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// AddFactor adds an authentication factor, which b2b/sessions has too, to a member's session. It replaces one of the
// same type and delivery method. LastAuthenticatedAt is now by default, CreatedAt and UpdatedAt are LastAuthenticatedAt
// by default; times are cut to whole seconds. JWTs that exist do not change.
func (p *Project) AddFactor(memberSessionID string, f sessions.AuthenticationFactor) error {
	added := deepcopy.Of(&f)
	return edit(p, func(tx *state.Tx) error {
		found, _, err := login.FindSessionByID(tx, memberSessionID)
		if err != nil {
			return fmt.Errorf("member_session_id: %w", err)
		}
		s := *found
		added.LastAuthenticatedAt = cmp.Or(seconds(added.LastAuthenticatedAt), tx.Now)
		added.CreatedAt = cmp.Or(seconds(added.CreatedAt), added.LastAuthenticatedAt)
		added.UpdatedAt = cmp.Or(seconds(added.UpdatedAt), added.LastAuthenticatedAt)
		s.Factors = slices.DeleteFunc(slices.Clone(s.Factors), func(old sessions.AuthenticationFactor) bool {
			return old.Type == added.Type && old.DeliveryMethod == added.DeliveryMethod
		})
		s.Factors = append(s.Factors, *added)
		if err := checkFactor(added, &s); err != nil {
			return err
		}
		slices.SortStableFunc(s.Factors, func(a, b sessions.AuthenticationFactor) int {
			return a.CreatedAt.Compare(b.CreatedAt)
		})
		tx.Sessions.Put(&s)
		return nil
	})
}

// Impersonator is who acts in the name of a member: somebody of the team, who is signed in to the dashboard.
type Impersonator struct {
	// Email is the person's e-mail address. ID is generated if it is empty.
	Email, ID string
	// RedirectURL is where the browser is led with the token, as the dashboard asks for it. If it is empty, it is the
	// project's first one.
	RedirectURL string
}

// Impersonate begins an impersonation of a member, who is given by id or external id, as the dashboard does. The token
// is for Impersonation.Authenticate, once and within five minutes. The URL is where the dashboard leads the browser to:
// the redirect URL with the token and its type.
func (p *Project) Impersonate(memberID string, by Impersonator) (token, url string, err error) {
	err = edit(p, func(tx *state.Tx) (err error) {
		token, url, err = login.StartImpersonation(tx, memberID, login.Impersonator(by))
		return err
	})
	return token, url, err
}

// TOTPCode returns the code that an authenticator app shows at the time of the project's clock. The secret is one that
// TOTPs.Create returns; one that is not base32 is refused.
func (p *Project) TOTPCode(secret string) (string, error) {
	code, err := factor.TOTPCode(secret, p.clock.Now())
	return code, wrap(err)
}

// seconds cuts a time to whole seconds, in UTC. A time that is zero stays the zero Time.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// checkFactor checks a factor that was added to a session.
func checkFactor(added *sessions.AuthenticationFactor, s *state.Session) error {
	switch {
	case added.Type == "":
		return errors.New("type must not be empty")
	case added.DeliveryMethod == "":
		return errors.New("delivery_method must not be empty")
	}
	return s.Check()
}
