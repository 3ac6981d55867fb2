package engine

import (
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// The headers by which a call acts for a member. Of the two the token counts.
const (
	sessionHeader    = "X-Stytch-Member-Session"
	sessionJWTHeader = "X-Stytch-Member-SessionJWT"
)

// trustedMetadata is the field that no session may set.
const trustedMetadata = "trusted_metadata"

// emailAddress is the field by which a member's address changes.
const emailAddress = "email_address"

// Permit checks that the session of the caller, if the call has one, permits the request: first that it is of the
// organization that the request is about, then that the request sets no trusted metadata, then that the session's roles
// permit all that the operation and the fields of the request need. A session of an impersonation cannot give the
// member another address, with which the impersonator could log in. Unverified: that. The member is whom the request is
// about, nil if it is about nobody: what roles permit on stytch.self suffices for the caller's own member.
func (tx *Tx) Permit(organizationID string, about *state.Member) error {
	tx.permitted = true
	s, given, err := tx.callerOf(organizationID)
	if !given || err != nil {
		return err
	}
	if tx.Has(trustedMetadata) {
		return ops.ErrCannotUpdateTrustedMetadata
	}
	self := about != nil && about.MemberID == s.MemberID
	if self && tx.Has(emailAddress) && factor.IsImpersonation(s.Factors) {
		return ops.ErrSessionAuthorizationError.Because(
			"A session of an impersonation cannot change the member's e-mail address.")
	}
	for _, field := range tx.fields() {
		if err := tx.permit(s, field, self); err != nil {
			return err
		}
	}
	return nil
}

// PermitTenant is the first part of [Tx.Permit]: it checks the organization of the caller's session alone.
func (tx *Tx) PermitTenant(organizationID string) error {
	_, _, err := tx.callerOf(organizationID)
	return err
}

// HasCaller reports whether the call has the session of a caller.
func (tx *Tx) HasCaller() bool {
	return len(tx.Header().Values(sessionHeader))+len(tx.Header().Values(sessionJWTHeader)) > 0
}

// IsCaller reports whether the session of the caller is one of a member.
func (tx *Tx) IsCaller(m *state.Member) bool {
	s, given, err := tx.callerOf(m.OrganizationID)
	return err == nil && given && s.MemberID == m.MemberID
}

// callerOf is the session of the caller, if the call has one. It must be one of the organization.
func (tx *Tx) callerOf(organizationID string) (s *state.Session, given bool, err error) {
	if !tx.HasCaller() {
		return nil, false, nil
	}
	tokens, jwts := tx.Header().Values(sessionHeader), tx.Header().Values(sessionJWTHeader)
	var token, jwt string
	switch {
	case len(tokens) == 1:
		token = tokens[0]
	case len(tokens) == 0 && len(jwts) == 1:
		jwt = jwts[0]
	}
	if token == "" && jwt == "" { // a call for nobody has no rights
		return nil, true, ops.ErrInvalidSessionToken.Because("A session header is empty or occurs twice.")
	}
	if s, _, err = login.FindSession(tx.Tx, &token, &jwt); err != nil {
		return nil, true, err
	}
	if s.OrganizationID != organizationID {
		return nil, true, ops.ErrSessionAuthorizationTenancyError
	}
	return s, true, nil
}

// fields are those of the request that need a permission, and "" if the operation itself does.
func (tx *Tx) fields() []string {
	var list []string
	for _, p := range tx.call.route.Permissions {
		if (p.Field == "" || tx.Has(p.Field)) && !slices.Contains(list, p.Field) {
			list = append(list, p.Field)
		}
	}
	return list
}

func (tx *Tx) permit(s *state.Session, field string, self bool) error {
	var action string
	for _, p := range tx.call.route.Permissions {
		if p.Field != field || p.Resource == state.ResourceSelf && !self {
			continue
		}
		action = p.Action
		if len(login.Granting(tx.Tx, s, p.Resource, p.Action)) > 0 {
			return nil
		}
	}
	return ops.ErrSessionAuthorizationError.Because("No role of the session permits %s.", action)
}
