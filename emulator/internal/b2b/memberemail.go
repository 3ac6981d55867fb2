package b2b

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

func memberEmailRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BOrganizationsMembersStartEmailUpdate, startEmailUpdate),
		engine.Handle(ops.B2BOrganizationsMembersUnlinkRetiredEmail, unlinkRetiredEmail),
	}
}

// emailUpdateLifetime is how long a new address is reserved, and a link or code that was sent to it is valid.
const emailUpdateLifetime = 5 * time.Minute

// startEmailUpdate sends a link or a code to a new address. The member's address changes with the login by it. Of
// several that were started, the last one counts.
func startEmailUpdate(
	tx *engine.Tx, req *members.StartEmailUpdateRequest,
) (*members.StartEmailUpdateResponse, error) {
	email, err := state.Email(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	if err := checkEmailLocale(req.Locale); err != nil {
		return nil, err
	}
	byCode := req.DeliveryMethod != nil && *req.DeliveryMethod == members.EmailUpdateDeliveryMethodEmailOTP
	if !byCode && req.DeliveryMethod != nil && *req.DeliveryMethod != members.EmailUpdateDeliveryMethodEmailMagicLink {
		return nil, ops.ErrBadRequest.Because("delivery_method must be EMAIL_MAGIC_LINK or EMAIL_OTP.")
	}
	org, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Status != organizations.MemberStatusActive:
		return nil, ops.ErrEmailUpdatesAvailableOnlyForActiveMembers
	case !m.EmailAddressVerified:
		return nil, ops.ErrMemberHasNoActiveVerifiedEmail
	case email == state.Lower(m.EmailAddress):
		return nil, ops.ErrDuplicateMemberEmail.Because("The member has the e-mail address already.")
	}
	if err := login.CheckEmail(tx.Tx, org.OrganizationID, m.MemberID, email); err != nil {
		return nil, err
	}
	changed := *m
	changed.NewEmail, changed.NewEmailExpiresAt = email, tx.Now.Add(emailUpdateLifetime)
	tx.Members.Put(&changed)
	tx.DeleteLinksOf(m.MemberID, func(l *state.Link) bool { return l.Purpose == state.PurposeEmailUpdate })
	tx.Passcodes.Delete(state.EmailUpdateOwner(m.MemberID))
	resp := (*members.StartEmailUpdateResponse)(memberResponse(tx, org, &changed))
	if byCode {
		factor.SendEmailCode(tx.Tx, factor.Code{
			Purpose: state.PurposeEmailUpdate, Email: email, To: req.EmailAddress, MemberID: m.MemberID,
			Lifetime: emailUpdateLifetime,
		})
		return resp, nil
	}
	return resp, factor.SendLink(tx.Tx, factor.Link{
		Purpose: state.PurposeEmailUpdate, Email: email, To: req.EmailAddress, MemberID: m.MemberID,
		RedirectURL: req.LoginRedirectURL, TokenType: shared.TokenTypeMultiTenantMagicLinks,
		Lifetime: emailUpdateLifetime,
	}, ops.ErrInvalidLoginRedirectURL)
}

// unlinkRetiredEmail frees an address that the member had before. If id and address are given, both must be right.
func unlinkRetiredEmail(
	tx *engine.Tx, req *members.UnlinkRetiredEmailRequest,
) (*members.UnlinkRetiredEmailResponse, error) {
	email := ""
	var err error
	switch {
	case !state.Given(req.EmailID) && !state.Given(req.EmailAddress):
		return nil, ops.ErrRetiredEmailMissingEmailIdentifiers
	case state.Given(req.EmailID) && !state.IDForm.MatchString(*req.EmailID):
		return nil, ops.ErrInvalidEmailID
	case state.Given(req.EmailID) && login.CheckTestID("email", *req.EmailID) != nil:
		return nil, ops.ErrLiveIDUsedInTestEnvironment
	case state.Given(req.EmailAddress):
		if email, err = state.Email(*req.EmailAddress); err != nil {
			return nil, err
		}
	}
	org, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	changed := *m
	changed.RetiredEmailAddresses = slices.DeleteFunc(slices.Clone(m.RetiredEmailAddresses),
		func(r organizations.RetiredEmail) bool {
			return (email == "" || email == state.Lower(r.EmailAddress)) &&
				(!state.Given(req.EmailID) || *req.EmailID == r.EmailID)
		})
	if len(changed.RetiredEmailAddresses) == len(m.RetiredEmailAddresses) {
		return nil, ops.ErrEmailNotFound
	}
	changed.UpdatedAt = tx.Now
	tx.Members.Put(&changed)
	resp := memberResponse(tx, org, &changed)
	return &members.UnlinkRetiredEmailResponse{
		MemberID: m.MemberID, OrganizationID: org.OrganizationID, Member: resp.Member, Organization: resp.Organization,
	}, nil
}
