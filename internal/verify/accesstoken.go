package verify

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
)

// AccessToken has the claims of a Connected App's access token, from the token itself or from the API's introspection.
type AccessToken struct {
	jwt.Registered
	jwt.AccessTokenClaims

	Organization Organization `json:"https://stytch.com/organization"`
	// Session is a claim of sessions' JWTs only.
	Session jsontext.Value `json:"https://stytch.com/session"`
	Custom  jsontext.Value `json:",embed,inline"`
}

// AccessTokenType is the token_type of an access token.
const AccessTokenType = "access_token"

// ValidateMember refuses what is not a member's access token.
func (t *AccessToken) ValidateMember() error {
	return t.validate(t.Organization.ID != "", "it is not for a member")
}

// ValidateUser refuses what is not a user's access token.
func (t *AccessToken) ValidateUser() error {
	return t.validate(!t.Organization.Present, "it is for a member")
}

// validate refuses sessions' JWTs and M2M access tokens.
func (t *AccessToken) validate(ofProduct bool, otherwise string) error {
	switch {
	case t.Session != nil:
		return WrongKind("it is a session's JWT")
	case t.ClientID == "":
		return WrongKind("it has no client_id")
	case t.ClientID == t.Subject:
		return WrongKind("it is an M2M token")
	case !ofProduct:
		return WrongKind(otherwise)
	}
	return nil
}

// PermissionSubject returns the subject of permission checks: the token's scopes in its organization.
func (t *AccessToken) PermissionSubject() Subject {
	return Subject{OrganizationID: t.Organization.ID, Scope: t.Scope}
}

// CustomClaims returns those of the project's JWT template, or nil if there are none.
func (t *AccessToken) CustomClaims() shared.Object { return CustomClaims(t.Custom) }
