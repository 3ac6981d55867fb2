package login

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Resume continues a member's login with the intermediate session that the request names, whose primary factor must
// suffice, or with the member's session. It reports whether the request names one.
func (l *Login) Resume(tx *state.Tx, org *state.Organization, m *state.Member) (named bool, err error) {
	l.Org, l.Member = org, m
	r := l.request
	switch {
	case state.Given(r.IntermediateSessionToken):
		if err := l.resumeFrom(tx, *r.IntermediateSessionToken); err != nil {
			return true, err
		}
		i := l.Intermediate
		mustProve := i.OrganizationID != org.OrganizationID || hasStrangeAccount(tx, m, i.Accounts)
		if requirementsFor(tx, org, m, i.Factors, mustProve && !i.EmailProved).primary != nil {
			return true, ops.ErrActionAvailableOnlyOncePrimaryAuthenticationIsMet
		}
		return true, nil
	case state.Given(r.SessionToken) || state.Given(r.SessionJWT):
		s, owner, err := FindSession(tx, r.SessionToken, r.SessionJWT)
		switch {
		case err != nil:
			return true, err
		case owner.MemberID != m.MemberID:
			return true, ops.ErrMemberSessionMemberIDMismatch
		case factor.IsImpersonation(s.Factors):
			return true, ops.ErrSessionNotMutable.Because("A session of an impersonation takes no second factor.")
		}
		l.ContinueSession(s, m)
		return true, nil
	default:
		return false, nil
	}
}

// ResumeToAdd is Resume for a call that may add a second factor by an MFA method, which need not name a session.
// [Login.CheckAddition] is to be asked too.
func (l *Login) ResumeToAdd(tx *state.Tx, org *state.Organization, m *state.Member, method string) error {
	if _, err := l.Resume(tx, org, m); err != nil {
		return err
	}
	return CheckAddable(org, m, method)
}

// CheckAddable refuses an MFA method for a member who is not active, or whom the organization does not allow it.
func CheckAddable(org *state.Organization, m *state.Member, method string) error {
	switch {
	case m.Status != organizations.MemberStatusActive:
		return ops.ErrActionAvailableOnlyForActiveMembers
	case !allowsMFA(org, m, method):
		return ops.ErrOperationRestrictedByOrganizationMFAMethods
	}
	return nil
}

// CheckAddition refuses to add a second factor to a member who has one that the organization allows, unless one of the
// member's was authenticated: the primary factor alone would be enough to add a second.
func (l *Login) CheckAddition(tx *state.Tx) error {
	if (hasSMS(l.Org, l.Member) || hasTOTP(l.Org, l.Member)) &&
		!slices.ContainsFunc(l.Factors, func(f Factor) bool { return isOwnSecond(tx, l.Member, &f) }) {
		return ops.ErrInsufficientFactors.Because(
			"The member has a second factor, which must be among the factors of the session.")
	}
	return nil
}

// ResumeToProve is Resume for a call that authenticates a second factor by an MFA method. It refuses a member who is
// locked.
func (l *Login) ResumeToProve(tx *state.Tx, org *state.Organization, m *state.Member, method string) error {
	named, err := l.Resume(tx, org, m)
	switch {
	case err != nil:
		return err
	case !named:
		return ops.ErrNoSessionArguments.Because("The call carries neither an intermediate session token, " +
			"as in a login, nor a session token or session JWT.")
	case !allowsMFA(org, m, method):
		return ops.ErrOperationRestrictedByOrganizationMFAMethods
	}
	return CheckLock(tx, m)
}

// Enrollment is how a second factor that was authenticated changes its member.
type Enrollment struct {
	// Change is one of the EnrollmentChange constants, nil for no change.
	Change *string
	// Method is the MFA method of the factor, empty for one that cannot be a member's default. IsDefault makes it that.
	Method    string
	IsDefault bool
	// Added says that the factor is new.
	Added bool
}

// CheckEnrollment refuses an unknown change.
func CheckEnrollment(change *string) error {
	if change != nil && *change != mfa.EnrollmentChangeEnroll && *change != mfa.EnrollmentChangeUnenroll {
		return ops.ErrBadRequest.Because("set_mfa_enrollment must be %s or %s.",
			mfa.EnrollmentChangeEnroll, mfa.EnrollmentChangeUnenroll)
	}
	return nil
}

// apply changes a member, and reports whether there was something to change.
func (e *Enrollment) apply(org *state.Organization, m *state.Member) bool {
	before := *m
	switch {
	case org.MFAPolicy == organizations.MFAPolicyRequiredForAll:
		m.MFAEnrolled = true
	case e.Change != nil:
		m.MFAEnrolled = *e.Change == mfa.EnrollmentChangeEnroll
	}
	if e.Method != "" && (e.IsDefault || m.DefaultMFAMethod == "") {
		m.DefaultMFAMethod = e.Method
	}
	return m.MFAEnrolled != before.MFAEnrolled || m.DefaultMFAMethod != before.DefaultMFAMethod
}

// CompleteSecond ends a login with a second factor that was authenticated now: with a session in place of the
// intermediate one, or with the member's session, to which the factor is added.
func CompleteSecond(tx *state.Tx, l *Login, f Factor, e Enrollment) (*Response, error) {
	m := *tx.Members.Get(l.Member.MemberID)
	if e.apply(l.Org, &m) {
		m.UpdatedAt = tx.Now
	}
	tx.Members.Put(&m)
	l.Factors = factor.Merge(l.Factors, f)
	l.Member = Activate(tx, &m, l.Factors)
	l.keepsFailures = e.Added && l.Session != nil
	resp := &Response{MemberID: m.MemberID, Organization: l.Org.Organization, MemberAuthenticated: true}
	if err := l.finish(tx, resp); err != nil {
		return nil, err
	}
	return resp, nil
}
