package flows_test

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/recoverycodes"
	"github.com/seed75add069/stytch-go/b2b/totps"
)

const (
	phone      = "+12025550162"
	otherPhone = "+12025550163"
)

// noToken has the form of a token, and is none.
var noToken = strings.Repeat("x", 44)

// ist is an intermediate session of a login to an organization by a link.
func (h *harness) ist(org, email string) string {
	h.t.Helper()
	resp, err := h.follow(h.link(org, email))
	require.NoError(h.t, err)
	require.NotEmpty(h.t, resp.IntermediateSessionToken)
	return resp.IntermediateSessionToken
}

// requireMFA requires a second factor of all members of the organization example, by one of the methods if there are
// some.
func (h *harness) requireMFA(methods ...string) {
	h.t.Helper()
	_, err := h.updateOrg("example", func(r *organizations.UpdateRequest) {
		r.MFAPolicy = new(organizations.MFAPolicyRequiredForAll)
		if len(methods) > 0 {
			r.MFAMethods, r.AllowedMFAMethods = new(organizations.MFAMethodsPolicyRestricted), methods
		}
	})
	require.NoError(h.t, err)
}

// sendSMS sends a code to a member's number.
func (h *harness) sendSMS(org, member string, changes ...func(*sms.SendRequest)) (*sms.SendResponse, error) {
	req := &sms.SendRequest{OrganizationID: org, MemberID: member}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.OTPs.SMS.Send(h.t.Context(), req)
}

// enterSMS authenticates a code from a text message.
func (h *harness) enterSMS(
	org, member, code string, changes ...func(*sms.AuthenticateRequest),
) (*sms.AuthenticateResponse, error) {
	req := &sms.AuthenticateRequest{OrganizationID: org, MemberID: member, Code: code}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.OTPs.SMS.Authenticate(h.t.Context(), req)
}

// addPhone makes the number phone a member's second factor, with a session.
func (h *harness) addPhone(org, member, session string) *sms.AuthenticateResponse {
	h.t.Helper()
	_, err := h.sendSMS(org, member, func(r *sms.SendRequest) { r.MFAPhoneNumber, r.SessionToken = new(phone), &session })
	require.NoError(h.t, err)
	resp, err := h.enterSMS(org, member, h.WaitMessage(phone).Code,
		func(r *sms.AuthenticateRequest) { r.SessionToken = &session })
	require.NoError(h.t, err)
	return resp
}

// createTOTP starts the registration of an authenticator app.
func (h *harness) createTOTP(org, member string, changes ...func(*totps.CreateRequest)) (*totps.CreateResponse, error) {
	req := &totps.CreateRequest{OrganizationID: org, MemberID: member}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.TOTPs.Create(h.t.Context(), req)
}

// enterTOTP authenticates a code of an authenticator app.
func (h *harness) enterTOTP(
	org, member, code string, changes ...func(*totps.AuthenticateRequest),
) (*totps.AuthenticateResponse, error) {
	req := &totps.AuthenticateRequest{OrganizationID: org, MemberID: member, Code: code}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.TOTPs.Authenticate(h.t.Context(), req)
}

// shown is the code that an authenticator app with a secret shows now.
func (h *harness) shown(secret string) string {
	h.t.Helper()
	code, err := h.TOTPCode(secret)
	require.NoError(h.t, err)
	return code
}

// addTOTP makes an authenticator app a member's second factor, with a session. It returns what was created, and moves
// the clock on to the next code.
func (h *harness) addTOTP(org, member, session string) *totps.CreateResponse {
	h.t.Helper()
	created, err := h.createTOTP(org, member, func(r *totps.CreateRequest) { r.SessionToken = &session })
	require.NoError(h.t, err)
	_, err = h.enterTOTP(org, member, h.shown(created.Secret),
		func(r *totps.AuthenticateRequest) { r.SessionToken = &session })
	require.NoError(h.t, err)
	h.Clock().Advance(time.Minute)
	return created
}

// recover authenticates a recovery code.
func (h *harness) recover(
	org, member, code string, changes ...func(*recoverycodes.RecoverRequest),
) (*recoverycodes.RecoverResponse, error) {
	req := &recoverycodes.RecoverRequest{OrganizationID: org, MemberID: member, RecoveryCode: code}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.RecoveryCodes.Recover(h.t.Context(), req)
}

// recoveryCodes are the recovery codes that a member has left.
func (h *harness) recoveryCodes(org, member string) ([]string, error) {
	resp, err := h.api.B2B.RecoveryCodes.Get(h.t.Context(),
		&recoverycodes.GetRequest{OrganizationID: org, MemberID: member})
	if err != nil {
		return nil, err
	}
	return resp.RecoveryCodes, nil
}

// deleteTOTP removes a member's authenticator app.
func (h *harness) deleteTOTP(org, member string) {
	h.t.Helper()
	_, err := h.api.B2B.Organizations.Members.DeleteTOTP(h.t.Context(),
		&members.DeleteTOTPRequest{OrganizationID: org, MemberID: member})
	require.NoError(h.t, err)
}
