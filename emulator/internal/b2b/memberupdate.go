package b2b

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// phoneForm is E.164.
var phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// updateMember changes the fields that are given. Another address is not verified, and has no password.
func updateMember(tx *engine.Tx, req *members.UpdateRequest) (*members.UpdateResponse, error) {
	email, err := checkUpdate(req)
	if err != nil {
		return nil, err
	}
	org, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if m != nil && email != "" && tx.IsCaller(m) { // whatever the session's roles permit
		return nil, ops.ErrMemberCannotUpdateTheirEmailAddress
	}
	if err != nil {
		return nil, err
	}
	changed := *m
	if email != "" {
		readdressed, err := login.ChangeEmail(tx.Tx, m, email)
		if err != nil {
			return nil, err
		}
		changed = *readdressed
		if readdressed != m { // somebody else has changed it. Unverified: that this ends sessions
			login.LogOut(tx.Tx, m)
		}
		if readdressed != m && isTrue(req.UnlinkEmail) {
			changed.RetiredEmailAddresses = slices.DeleteFunc(slices.Clone(changed.RetiredEmailAddresses),
				func(r organizations.RetiredEmail) bool { return r.EmailAddress == m.EmailAddress })
		}
	}
	if err := changeMember(tx, org, &changed, req); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(&changed, m) {
		changed.UpdatedAt = tx.Now
		tx.Members.Put(&changed)
	}
	return (*members.UpdateResponse)(memberResponse(tx, org, &changed)), nil
}

// checkUpdate validates a request, and returns the new address in lower case, empty if there is none.
func checkUpdate(req *members.UpdateRequest) (email string, err error) {
	if req.EmailAddress != nil {
		if email, err = state.Email(*req.EmailAddress); err != nil {
			return "", err
		}
	}
	if m := req.DefaultMFAMethod; m != nil && *m != organizations.MFAMethodSMSOTP && *m != organizations.MFAMethodTOTP {
		return "", ops.ErrInvalidMFADefaultMethod
	}
	return email, checkMember(req)
}

// checkMember validates the fields of a member that a request gives.
func checkMember(req *members.UpdateRequest) error {
	switch {
	case req.Name != nil && utf8.RuneCountInString(*req.Name) > state.MaxName:
		return ops.ErrBadRequest.Because("The name is longer than %d characters.", state.MaxName)
	case req.MFAPhoneNumber != nil && !phoneForm.MatchString(*req.MFAPhoneNumber):
		return ops.ErrInvalidPhoneNumber
	case state.Given(req.ExternalID) && !state.IDForm.MatchString(*req.ExternalID):
		return ops.ErrBadRequest.Because("The external id must match %s.", state.IDForm)
	case len(req.Roles) > state.MaxEntries:
		return ops.ErrBadRequest.Because("There are more than %d roles.", state.MaxEntries)
	}
	return nil
}

// changeMember sets the fields of a member that a request gives, apart from the address.
func changeMember(
	tx *engine.Tx, org *state.Organization, m *state.Member, req *members.UpdateRequest,
) (err error) {
	m.TrustedMetadata = state.MergeMetadata(m.TrustedMetadata, req.TrustedMetadata)
	m.UntrustedMetadata = state.MergeMetadata(m.UntrustedMetadata, req.UntrustedMetadata)
	if err := cmp.Or(state.CheckMetadata(m.TrustedMetadata), state.CheckMetadata(m.UntrustedMetadata)); err != nil {
		return err
	}
	if req.Roles != nil {
		roles, err := login.Assignable(tx.Tx, org, req.Roles)
		if err != nil {
			return err
		}
		if !slices.Equal(roles, m.AssignedRoles) {
			endSessionsBySSO(tx, m, roles, req.PreserveExistingSessions)
			m.AssignedRoles = roles
		}
	}
	if state.Given(req.ExternalID) {
		other := tx.FindMember(org.OrganizationID, *req.ExternalID)
		if other != nil && other.MemberID != m.MemberID {
			return ops.ErrDuplicateMemberExternalID
		}
	}
	state.Set(&m.ExternalID, req.ExternalID)
	state.Set(&m.Name, req.Name)
	state.Set(&m.IsBreakglass, req.IsBreakglass)
	state.Set(&m.MFAEnrolled, req.MFAEnrolled)
	if req.MFAPhoneNumber != nil {
		if err := setPhone(tx, m, *req.MFAPhoneNumber); err != nil {
			return err
		}
	}
	if method := req.DefaultMFAMethod; method != nil {
		isSMS := *method == organizations.MFAMethodSMSOTP
		if isSMS && !m.MFAPhoneNumberVerified || !isSMS && m.TOTPRegistrationID == "" {
			return ops.ErrDefaultMFAMemberMissingFactor
		}
		m.DefaultMFAMethod = *method
	}
	return nil
}

// endSessionsBySSO ends sessions that would keep a role which is taken from a member, because an SSO connection also
// gives it, unless they are to be preserved.
func endSessionsBySSO(tx *engine.Tx, m *state.Member, roles []string, preserve *bool) {
	if isTrue(preserve) {
		return
	}
	stays := func(id string) bool { return slices.Contains(roles, id) }
	removed := slices.DeleteFunc(slices.Clone(m.AssignedRoles), stays)
	tx.DeleteSessionsOf(m.MemberID, func(s *state.Session) bool { return login.HasRoleBySSO(tx.Tx, s, removed) })
}
