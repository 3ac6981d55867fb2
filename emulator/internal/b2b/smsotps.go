package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	otpssms "github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func smsOTPRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BOTPsSMSSend, sendSMSCode),
		engine.Handle(ops.B2BOTPsSMSAuthenticate, authenticateSMSCode),
	}
}

// sendSMSCode sends a code to a member's number. One that is given becomes the number of a member who has none. Until
// it is verified, a member with another second factor must have authenticated that: a thief may have given the number.
func sendSMSCode(tx *engine.Tx, req *otpssms.SendRequest) (*otpssms.SendResponse, error) {
	l, err := login.New(login.Request{
		SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken, Locale: req.Locale,
	})
	if err != nil {
		return nil, err
	}
	if state.Given(req.MFAPhoneNumber) && !phoneForm.MatchString(*req.MFAPhoneNumber) {
		return nil, ops.ErrInvalidPhoneNumber
	}
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if err := l.ResumeToAdd(tx.Tx, org, m, organizations.MFAMethodSMSOTP); err != nil {
		return nil, err
	}
	changed := *m
	if state.Given(req.MFAPhoneNumber) && m.MFAPhoneNumber != *req.MFAPhoneNumber {
		if err := setPhone(tx, &changed, *req.MFAPhoneNumber); err != nil {
			return nil, err
		}
		changed.UpdatedAt = tx.Now
		tx.Members.Put(&changed)
	}
	if changed.MFAPhoneNumber == "" {
		return nil, ops.ErrMemberPhoneNumberNotFound
	}
	if !changed.MFAPhoneNumberVerified {
		if err := l.CheckAddition(tx.Tx); err != nil {
			return nil, err
		}
	}
	factor.SendSMSCode(tx.Tx, &changed)
	return &otpssms.SendResponse{
		MemberID: m.MemberID, Member: login.Member(tx.Tx, &changed), Organization: org.Organization,
	}, nil
}

// setPhone gives a member a number that nobody else in the organization has. It replaces none.
func setPhone(tx *engine.Tx, m *state.Member, phone string) error {
	if m.MFAPhoneNumber != "" {
		return ops.ErrDuplicateMemberPhoneNumberForMember
	}
	if err := login.CheckPhone(tx.Tx, m.OrganizationID, phone); err != nil {
		return err
	}
	m.MFAPhoneNumber = phone
	return nil
}

// authenticateSMSCode completes a login with the newest code that was sent to the member's number, which it verifies.
func authenticateSMSCode(tx *engine.Tx, req *otpssms.AuthenticateRequest) (*otpssms.AuthenticateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	if err := login.CheckEnrollment(req.SetMFAEnrollment); err != nil {
		return nil, err
	}
	if err := factor.CheckCode(req.Code); err != nil {
		return nil, err
	}
	org, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if err := l.ResumeToProve(tx.Tx, org, m, organizations.MFAMethodSMSOTP); err != nil {
		return nil, err
	}
	added := !m.MFAPhoneNumberVerified
	if added {
		if err := l.CheckAddition(tx.Tx); err != nil {
			return nil, err
		}
	}
	err = factor.RedeemCode(tx.Tx, &state.Passcode{
		Channel: state.ChannelSMS, MemberID: m.MemberID, Phone: m.MFAPhoneNumber, Code: req.Code,
	})
	if err != nil {
		return nil, login.CountFailure(tx.Tx, m, err)
	}
	m = verifyPhone(tx, m)
	resp, err := login.CompleteSecond(tx.Tx, l, factor.SMS(tx.Tx, m.PhoneID, m.MFAPhoneNumber), login.Enrollment{
		Change: req.SetMFAEnrollment, Method: organizations.MFAMethodSMSOTP,
		IsDefault: isTrue(req.SetDefaultMFA), Added: added,
	})
	if err != nil {
		return nil, err
	}
	return loggedIn[otpssms.AuthenticateResponse](tx, resp), nil
}

// verifyPhone marks a member's number as verified, and gives it an id. It returns the row.
func verifyPhone(tx *engine.Tx, m *state.Member) *state.Member {
	changed := *m
	if !m.MFAPhoneNumberVerified {
		changed.MFAPhoneNumberVerified, changed.UpdatedAt = true, tx.Now
	}
	if m.PhoneID == "" {
		changed.PhoneID = tx.ID("phone-number")
	}
	tx.Members.Put(&changed)
	return &changed
}
