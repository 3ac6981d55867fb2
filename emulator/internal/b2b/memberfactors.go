package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func memberFactorRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BOrganizationsMembersDeleteMFAPhoneNumber, deleteMFAPhoneNumber),
		engine.Handle(ops.B2BOrganizationsMembersDeleteTOTP, deleteTOTP),
		engine.Handle(ops.B2BOrganizationsMembersDeletePassword, deletePassword),
	}
}

// deleteMFAPhoneNumber removes a number, and the code that was sent to it. Sessions stay, and so does mfa_enrolled: the
// next login asks for a second factor. Unverified: another second factor becomes the default.
func deleteMFAPhoneNumber(
	tx *engine.Tx, req *members.DeleteMFAPhoneNumberRequest,
) (*members.DeleteMFAPhoneNumberResponse, error) {
	org, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if m.MFAPhoneNumber == "" {
		return nil, ops.ErrMemberPhoneNumberNotFound
	}
	changed := *m
	changed.MFAPhoneNumber, changed.MFAPhoneNumberVerified, changed.PhoneID = "", false, ""
	changed.UpdatedAt = tx.Now
	if m.DefaultMFAMethod == organizations.MFAMethodSMSOTP {
		changed.DefaultMFAMethod = ""
		if m.TOTPRegistrationID != "" {
			changed.DefaultMFAMethod = organizations.MFAMethodTOTP
		}
	}
	tx.Members.Put(&changed)
	tx.DeleteSMSCodesOf(m.MemberID)
	return (*members.DeleteMFAPhoneNumberResponse)(memberResponse(tx, org, &changed)), nil
}

// deleteTOTP removes an authenticator app, be it pending, and its recovery codes, as deleteMFAPhoneNumber does a
// number.
func deleteTOTP(tx *engine.Tx, req *members.DeleteTOTPRequest) (*members.DeleteTOTPResponse, error) {
	org, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if m.TOTPRegistrationID == "" && tx.TOTPs.Get(m.MemberID) == nil {
		return nil, ops.ErrTOTPNotFound
	}
	tx.TOTPs.Delete(m.MemberID)
	changed := *m
	if m.TOTPRegistrationID == "" {
		return (*members.DeleteTOTPResponse)(memberResponse(tx, org, m)), nil
	}
	changed.TOTPRegistrationID, changed.UpdatedAt = "", tx.Now
	if m.DefaultMFAMethod == organizations.MFAMethodTOTP {
		changed.DefaultMFAMethod = ""
		if m.MFAPhoneNumberVerified {
			changed.DefaultMFAMethod = organizations.MFAMethodSMSOTP
		}
	}
	tx.Members.Put(&changed)
	return (*members.DeleteTOTPResponse)(memberResponse(tx, org, &changed)), nil
}

// deletePassword removes the password that has an id. Sessions stay, intermediate sessions with it do not.
func deletePassword(tx *engine.Tx, req *members.DeletePasswordRequest) (*members.DeletePasswordResponse, error) {
	if !state.IDForm.MatchString(req.MemberPasswordID) {
		return nil, ops.ErrInvalidPasswordID
	}
	if err := login.CheckTestID("member-password", req.MemberPasswordID); err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if err := tx.PermitTenant(org.OrganizationID); err != nil {
		return nil, err
	}
	if tx.Settings().Passwords.CrossOrganization {
		return nil, ops.ErrCrossOrgPasswordsEnabled
	}
	m := tx.MemberByPassword(org.OrganizationID, req.MemberPasswordID)
	if m == nil {
		return nil, ops.ErrMemberPasswordNotFound
	}
	if err := tx.Permit(org.OrganizationID, m); err != nil {
		return nil, err
	}
	tx.DeletePasswordOf(m.MemberID)
	tx.DeleteIntermediatesFor(m, func(i *state.Intermediate) bool { return factor.HasPassword(i.Factors) })
	changed := *m
	changed.UpdatedAt = tx.Now
	tx.Members.Put(&changed)
	return (*members.DeletePasswordResponse)(memberResponse(tx, org, &changed)), nil
}
