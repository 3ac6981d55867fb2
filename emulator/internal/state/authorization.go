package state

import (
	"cmp"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Authorization is one answer of a member to an app that asked for access: what its code and all tokens stand for that
// the app gets for the code.
type Authorization struct {
	ID             string   `json:"authorization_id"`
	MemberID       string   `json:"member_id"`
	OrganizationID string   `json:"organization_id"`
	ConnectedAppID string   `json:"connected_app_id"`
	Scopes         []string `json:"scopes"`
	// Resources are those that the app has named (RFC 8707).
	Resources   []string `json:"resources"`
	RedirectURI string   `json:"redirect_uri"`
	Challenge   string   `json:"code_challenge"`
	Nonce       string   `json:"nonce"`
	// BySession says that a session has shown who the member is. Only then is a session given for access tokens.
	BySession bool `json:"by_session"`
	// ProvedEmail is that of the session or, without one, the address that the member had proved.
	ProvedEmail string `json:"proved_email_address,omitzero"`
	// Revoked says that the consent was revoked. Code and tokens are kept to be told apart from unknown ones.
	Revoked   bool      `json:"revoked"`
	CreatedAt time.Time `json:"created_at"`
}

// AppToken is an authorization code or a token that a Connected App was issued. An access token is a JWT, of which only
// the id is here.
type AppToken struct {
	Token           string       `json:"token"`
	Kind            AppTokenKind `json:"kind"`
	AuthorizationID string       `json:"authorization_id"`
	// Used says that a code was redeemed, or a refresh token replaced by the next one.
	Used      bool      `json:"used"`
	ExpiresAt time.Time `json:"expires_at"`
}

// AppTokenKind is a kind of [AppToken].
type AppTokenKind string

// The kinds of [AppToken], named as the types of RFC 6749 and RFC 7009.
const (
	AuthorizationCode AppTokenKind = "authorization_code"
	RefreshToken      AppTokenKind = "refresh_token"
	AccessToken       AppTokenKind = "access_token"
)

type authorizationTables struct {
	Authorizations   *store.Table[Authorization]
	authorizationsOf *store.Index[Authorization] // by member
	authorizationsTo *store.Index[Authorization] // by app
	AppTokens        *store.Table[AppToken]
	appTokensOf      *store.Index[AppToken] // by authorization
	appTokensDue     due
}

func newAuthorizationTables(db *store.DB) authorizationTables {
	authorizations := store.NewTable(db, "authorizations", func(a *Authorization) string { return a.ID })
	tokens := store.NewTable(db, "app_tokens", func(t *AppToken) string { return t.Token })
	return authorizationTables{
		Authorizations:   authorizations,
		authorizationsOf: authorizations.Index("member", func(a *Authorization) string { return a.MemberID }),
		authorizationsTo: authorizations.Index("app", func(a *Authorization) string { return a.ConnectedAppID }),
		AppTokens:        tokens,
		appTokensOf:      tokens.Index("authorization", func(t *AppToken) string { return t.AuthorizationID }),
	}
}

// AppToken finds a code or token of a kind, and its authorization. It returns nil for one that does not exist.
func (tx *Tx) AppToken(kind AppTokenKind, token string) (*AppToken, *Authorization) {
	t := tx.AppTokens.Get(token)
	if t == nil || t.Kind != kind {
		return nil, nil
	}
	return t, tx.Authorizations.Get(t.AuthorizationID)
}

// Owned reports whether an authorization that was looked up exists and is one of an app.
func (a *Authorization) Owned(app *ConnectedApp) bool {
	return a != nil && a.ConnectedAppID == app.ClientID
}

// DeleteAuthorization deletes an authorization, with its code and tokens.
func (tx *Tx) DeleteAuthorization(id string) {
	for _, t := range tx.appTokensOf.Rows(id) {
		tx.AppTokens.Delete(t.Token)
	}
	tx.Authorizations.Delete(id)
}

// DeleteAuthorizationsOf deletes what a member has authorized apps to do. What the member has granted stays.
func (tx *Tx) DeleteAuthorizationsOf(memberID string) {
	for _, a := range tx.authorizationsOf.Rows(memberID) {
		tx.DeleteAuthorization(a.ID)
	}
}

// forgetAuthorizations deletes codes and tokens that serve nothing any more, and authorizations without any.
func (tx *Tx) forgetAuthorizations() {
	before := tx.AppTokens.Len()
	isDead := func(t *AppToken) bool { return tx.Now.Sub(t.ExpiresAt) > ForgetAfter }
	forget(&tx.appTokensDue, tx.AppTokens, isDead)
	if tx.AppTokens.Len() < before {
		tx.Authorizations.DeleteFunc(func(a *Authorization) bool { return tx.appTokensOf.Len(a.ID) == 0 })
	}
}

// MaxResources bounds the resources of an authorization, so that they fit into a JWT.
const MaxResources = 20

func (a *Authorization) prepare(*Tx) error {
	if len(a.Resources) > MaxResources {
		return fmt.Errorf("resources must have at most %d entries", MaxResources)
	}
	return cmp.Or(
		checkName("authorization_id", a.ID), checkURL("redirect_uri", a.RedirectURI),
		checkChallenge("code_challenge", a.Challenge), checkScopes(a.Scopes))
}

func (t *AppToken) prepare(*Tx) error {
	return cmp.Or(
		checkName("token", t.Token),
		oneOf("kind", t.Kind, []AppTokenKind{AuthorizationCode, RefreshToken, AccessToken}))
}
