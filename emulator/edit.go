package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// edit changes the state as no implemented operation does. An error of change means that it has changed nothing.
func (p *Project) edit(change func(*call) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &call{project: p, state: p.state, ids: p.ids, now: p.clock.Now().Truncate(time.Second)}
	if err := change(c); err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	return nil
}

// AddMember makes an e-mail address an active member of an organization, which is given by its id or slug, and the
// address verified. It returns the member's id. If the organization has such a member already, that one is activated.
// No provisioning rule is applied.
func (p *Project) AddMember(organization, email string) (memberID string, err error) {
	err = p.edit(func(c *call) error {
		org, err := c.findOrganization(organization)
		if err != nil {
			return fmt.Errorf("organization: %w", err)
		}
		address, err := emailAddress(email)
		if err != nil {
			return fmt.Errorf("email: %w", err)
		}
		m := c.memberByEmail(org, address)
		if m == nil {
			m = c.newMember(org, address)
		}
		c.activate(m, []sessions.AuthenticationFactor{c.magicLinkFactor(address)})
		memberID = m.MemberID
		return nil
	})
	return memberID, err
}

// AssignRoles replaces the roles that are assigned to a member directly. The role stytch_member, which everybody has,
// need not be named. A role that neither the project nor the organization has is added to the project's policy, without
// permissions. JWTs that exist do not change.
func (p *Project) AssignRoles(memberID string, roles ...string) error {
	return p.edit(func(c *call) error {
		m := c.findMember(func(m *member) bool { return m.MemberID == memberID })
		if m == nil {
			return fmt.Errorf("member_id: %w", fail(stytcherror.CodeMemberNotFound, "There is no such member."))
		}
		assigned, err := assignable(roles)
		if err != nil {
			return fmt.Errorf("roles: %w", err)
		}
		for _, id := range assigned {
			known := slices.Concat(c.Roles, c.organization(m.OrganizationID).CustomRoles)
			if !slices.ContainsFunc(known, func(r organizations.CustomRole) bool { return r.RoleID == id }) {
				c.Roles = append(c.Roles, organizations.CustomRole{RoleID: id})
			}
		}
		m.AssignedRoles, m.UpdatedAt = assigned, c.now
		return nil
	})
}

// assignable returns ids of roles, each once and without stytch_member.
func assignable(roles []string) ([]string, error) {
	if len(roles) > maxEntries {
		return nil, fmt.Errorf("there must be at most %d", maxEntries)
	}
	var ids []string
	for _, id := range roles {
		if !shortText(id) || !utf8.ValidString(id) {
			return nil, fmt.Errorf("each must have 1 to %d characters of UTF-8", maxName)
		}
		if id != roleMember && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// AddFactor adds an authentication factor to a member's session. It replaces one of the same type and delivery method.
// LastAuthenticatedAt is now by default, CreatedAt and UpdatedAt are LastAuthenticatedAt by default; times are cut to
// whole seconds. JWTs that exist do not change.
func (p *Project) AddFactor(memberSessionID string, factor sessions.AuthenticationFactor) error {
	added := deepcopy.Of(&factor)
	return p.edit(func(c *call) error {
		s, _, err := c.activeSession(func(s *session) bool { return s.ID == memberSessionID })
		if err != nil {
			return fmt.Errorf("member_session_id: %w", err)
		}
		added.LastAuthenticatedAt = cmp.Or(seconds(added.LastAuthenticatedAt), c.now)
		added.CreatedAt = cmp.Or(seconds(added.CreatedAt), added.LastAuthenticatedAt)
		added.UpdatedAt = cmp.Or(seconds(added.UpdatedAt), added.LastAuthenticatedAt)
		factors := slices.DeleteFunc(slices.Clone(s.Factors), func(f sessions.AuthenticationFactor) bool {
			return f.Type == added.Type && f.DeliveryMethod == added.DeliveryMethod
		})
		factors = append(factors, *added)
		if err := checkFactors(factors); err != nil {
			return err
		}
		slices.SortStableFunc(factors, func(a, b sessions.AuthenticationFactor) int {
			return a.CreatedAt.Compare(b.CreatedAt)
		})
		s.Factors = factors
		return nil
	})
}

// seconds cuts a time to whole seconds, in UTC. A time that is zero stays the zero Time.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// checkFactors checks the factors of a session. Their last is new.
func checkFactors(factors []sessions.AuthenticationFactor) error {
	added := factors[len(factors)-1]
	switch {
	case added.Type == "":
		return errors.New("type must not be empty")
	case added.DeliveryMethod == "":
		return errors.New("delivery_method must not be empty")
	}
	if err := checkValue("sessions", "authentication_factors", reflect.ValueOf(factors)); err != nil {
		return err
	}
	if !encodesWithin(added, maxRecord) {
		return errors.New("authentication_factors must be UTF-8")
	}
	return nil
}
