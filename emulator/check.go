package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// check validates a state that comes from outside: sizes, forms and times, then ids, references between records,
// addresses and settings. No record is nil. It does not validate the keys themselves: parseKeys does.
func (s *state) check() error {
	for field, records := range reflect.ValueOf(s).Elem().Fields() {
		if err := checkBounds(field.Tag.Get("json"), records); err != nil {
			return err
		}
	}
	for _, check := range []func() error{
		s.checkRoles, s.checkOrganizations, s.checkMembers, s.checkSessions, s.checkPasscodes, s.checkTokens,
		s.checkKeys,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// distinct holds values of which each may occur once.
type distinct map[string]bool

// add adds a value. One that is empty, too long or present already is an error, for which what names the kind.
func (d distinct) add(what, value string) error {
	switch {
	case !shortText(value):
		return fmt.Errorf("%s is empty or too long", what)
	case d[value]:
		return fmt.Errorf("%s %q occurs twice", what, value)
	}
	d[value] = true
	return nil
}

// addIfSet is add for a value that may be empty.
func (d distinct) addIfSet(what, value string) error {
	if value == "" {
		return nil
	}
	return d.add(what, value)
}

func (s *state) checkRoles() error {
	roles := distinct{}
	for _, r := range s.Roles {
		if err := roles.add("role", r.RoleID); err != nil {
			return err
		}
	}
	return checkNames(s.Roles)
}

// checkNames checks what clients require of a policy: no role, resource or action is without a name.
func checkNames(roles []organizations.CustomRole) error {
	for _, r := range roles {
		unnamed := func(p organizations.CustomRolePermission) bool {
			return p.ResourceID == "" || slices.Contains(p.Actions, "")
		}
		if r.RoleID == "" || slices.ContainsFunc(r.Permissions, unnamed) {
			return fmt.Errorf("the role %q has no id, or a permission without a resource or an action", r.RoleID)
		}
	}
	return nil
}

func (s *state) checkOrganizations() error {
	ids, slugs, externalIDs := distinct{}, distinct{}, distinct{}
	for _, o := range s.Organizations {
		err := cmp.Or(
			ids.add("organization", o.OrganizationID),
			slugs.addIfSet("slug", o.OrganizationSlug),
			externalIDs.addIfSet("external id", o.OrganizationExternalID),
			checkSettings(o),
			checkNames(o.CustomRoles),
		)
		if err != nil {
			return fmt.Errorf("organization %q: %w", o.OrganizationID, err)
		}
	}
	return nil
}

var memberStatuses = []string{
	organizations.MemberStatusPending, organizations.MemberStatusInvited, organizations.MemberStatusActive,
	organizations.MemberStatusDeleted,
}

func (s *state) organizationIDs() map[string]bool {
	ids := map[string]bool{}
	for _, o := range s.Organizations {
		ids[o.OrganizationID] = true
	}
	return ids
}

// checkMembers checks members. Addresses and external ids are unique in an organization.
func (s *state) checkMembers() error {
	organizationIDs := s.organizationIDs()
	ids, addresses, externalIDs := distinct{}, distinct{}, distinct{}
	for _, m := range s.Members {
		if err := ids.add("member", m.MemberID); err != nil {
			return err
		}
		var err error
		switch email, emailErr := emailAddress(m.EmailAddress); {
		case !organizationIDs[m.OrganizationID]:
			err = errors.New("there is no such organization")
		case !slices.Contains(memberStatuses, m.Status):
			err = errors.New("the status is unknown")
		case emailErr != nil:
			err = emailErr
		case m.ExternalID != "" && !idForm.MatchString(m.ExternalID):
			err = errors.New("the external id is malformed")
		case m.Status == organizations.MemberStatusDeleted: // the address may be another member's now
		default:
			perOrganization := m.OrganizationID + " "
			if addresses[perOrganization+email] || m.ExternalID != "" && externalIDs[perOrganization+m.ExternalID] {
				err = errors.New("another member of the organization has the address or external id")
			}
			addresses[perOrganization+email], externalIDs[perOrganization+m.ExternalID] = true, true
		}
		if err != nil {
			return fmt.Errorf("member %s: %w", m.MemberID, err)
		}
	}
	return nil
}

// memberOrganizations are the organizations of members, by member id.
func (s *state) memberOrganizations() map[string]string {
	ids := map[string]string{}
	for _, m := range s.Members {
		ids[m.MemberID] = m.OrganizationID
	}
	return ids
}

func (s *state) checkSessions() error {
	organizationOf := s.memberOrganizations()
	ids := distinct{}
	for _, x := range s.Sessions {
		if err := ids.add("session", x.ID); err != nil {
			return err
		}
		if id, found := organizationOf[x.MemberID]; !found || id != x.OrganizationID {
			return fmt.Errorf("session %s: its organization has no such member", x.ID)
		}
		if claims, err := mergeClaims(nil, x.CustomClaims); err != nil || len(claims) != len(x.CustomClaims) {
			return fmt.Errorf("session %s: its custom claims are too large or have a reserved name", x.ID)
		}
	}
	return nil
}

func (s *state) checkPasscodes() error {
	organizationOf := s.memberOrganizations()
	for _, p := range s.Passcodes {
		if _, found := organizationOf[p.MemberID]; !found || !shortText(p.Code) || !shortText(p.Phone) {
			return errors.New("a passcode has no member, no code or no number")
		}
	}
	return nil
}

// checkTokens checks tokens, each of which is one of its kind and of all, and what else has a token but no id.
func (s *state) checkTokens() error {
	organizationIDs, tokens := s.organizationIDs(), distinct{}
	for _, x := range s.Sessions {
		for _, token := range x.Tokens {
			if err := tokens.add("token", token); err != nil {
				return fmt.Errorf("session %s: %w", x.ID, err)
			}
		}
	}
	for _, i := range s.Intermediate {
		_, err := emailAddress(i.Email)
		if i.OrganizationID != "" && !organizationIDs[i.OrganizationID] {
			err = fmt.Errorf("there is no organization %q", i.OrganizationID)
		}
		if err = cmp.Or(tokens.add("token", i.Token), err); err != nil {
			return fmt.Errorf("intermediate session: %w", err)
		}
	}
	for _, l := range s.MagicLinks {
		_, err := emailAddress(l.Email)
		if l.Challenge != "" && !pkceForm.MatchString(l.Challenge) {
			err = errors.New("the challenge is malformed")
		}
		if err = cmp.Or(tokens.add("token", l.Token), err); err != nil {
			return fmt.Errorf("magic link: %w", err)
		}
	}
	return nil
}

func (s *state) checkKeys() error {
	ids := distinct{}
	for _, k := range s.Keys {
		if err := ids.add("key", k.KID); err != nil {
			return err
		}
	}
	return nil
}
