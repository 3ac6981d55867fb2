package b2b

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func createOIDCConnection(
	tx *engine.Tx, req *oidc.CreateConnectionRequest,
) (*oidc.CreateConnectionResponse, error) {
	provider, err := checkNewConnection(req.DisplayName, req.IdentityProvider)
	if err != nil {
		return nil, err
	}
	org, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if err := checkConnectionCount(tx, org); err != nil {
		return nil, err
	}
	c := &state.SSOConnection{OIDC: &sso.OIDCConnection{
		OrganizationID: org.OrganizationID, ConnectionID: tx.ID("oidc-connection"),
		Status: sso.ConnectionStatusPending, IdentityProvider: provider, CustomScopes: state.DefaultOIDCScopes,
	}}
	state.Set(&c.OIDC.DisplayName, req.DisplayName)
	if err := tx.PutSSOConnection(c); err != nil {
		return nil, err
	}
	return &oidc.CreateConnectionResponse{Connection: oidcResponse(tx, c)}, nil
}

// oidcResponse is an OIDC connection as the API returns it.
func oidcResponse(tx *engine.Tx, c *state.SSOConnection) *sso.OIDCConnection {
	out := *c.OIDC
	out.RedirectURL = tx.URL(ops.SSOCallback, out.ConnectionID)
	return &out
}

// updateOIDCConnection changes the fields that are given. With an issuer, its metadata fills in the URLs that are not.
func updateOIDCConnection(
	tx *engine.Tx, req *oidc.UpdateConnectionRequest,
) (*oidc.UpdateConnectionResponse, error) {
	if err := checkOIDCUpdate(req); err != nil {
		return nil, err
	}
	if _, err := permittedOIDCConnection(tx, req.OrganizationID, req.ConnectionID); err != nil {
		return nil, err
	}
	switch {
	case !state.Given(req.Issuer):
		return changeOIDCConnection(tx, req, nil, "")
	case !state.IsLoopbackURL(*req.Issuer) && !tx.Settings().RemoteProviders:
		return changeOIDCConnection(tx, req, nil,
			"The issuer is on another machine and was not asked for its metadata: see the setting remote_providers.")
	}
	var metadata *idp.Metadata
	var warning string
	return nil, engine.Outside(
		func(ctx context.Context) error {
			var err error
			if metadata, err = idp.Discover(ctx, *req.Issuer); err != nil {
				warning = "The metadata of the issuer cannot be used: " + err.Error() + "."
			}
			return nil
		},
		func(tx *engine.Tx) (*oidc.UpdateConnectionResponse, error) {
			return changeOIDCConnection(tx, req, metadata, warning)
		})
}

// errRemote refuses a login at a provider that is on another machine.
var errRemote = ops.ErrRequiresActiveSSOConnection.Because(
	"An endpoint of the provider is on another machine: see the setting remote_providers.")

// mayAsk reports whether the endpoints of an OIDC provider may be asked: the settings allow those on other machines.
// Browsers are led to its authorization endpoint, which is not asked.
func mayAsk(tx *engine.Tx, c *sso.OIDCConnection) bool {
	isRemote := func(url string) bool { return url != "" && !state.IsLoopbackURL(url) }
	return tx.Settings().RemoteProviders ||
		!slices.ContainsFunc([]string{c.TokenURL, c.UserinfoURL, c.JWKSURL}, isRemote)
}

// permittedOIDCConnection finds an OIDC connection.
func permittedOIDCConnection(tx *engine.Tx, organizationID, id string) (*state.SSOConnection, error) {
	org, err := permittedOrganization(tx, organizationID)
	if err != nil {
		return nil, err
	}
	if err := checkSSOConnectionID(id); err != nil {
		return nil, err
	}
	if c := tx.FindSSOConnection(org.OrganizationID, id); c != nil && c.OIDC != nil {
		return c, nil
	}
	return nil, ops.ErrOIDCConnectionNotFound
}

// checkOIDCUpdate validates a request.
func checkOIDCUpdate(req *oidc.UpdateConnectionRequest) error {
	if err := checkDisplayName(req.DisplayName); err != nil {
		return err
	}
	if err := checkIdentityProvider(req.IdentityProvider); err != nil {
		return err
	}
	for _, u := range []struct {
		value     *string
		malformed *ops.Error
	}{
		{req.Issuer, ops.ErrOIDCConnectionIssuerURLInvalidFormat},
		{req.AuthorizationURL, ops.ErrOIDCConnectionAuthorizationURLInvalidFormat},
		{req.TokenURL, ops.ErrOIDCConnectionTokenURLInvalidFormat},
		{req.UserinfoURL, ops.ErrOIDCConnectionUserinfoURLInvalidFormat},
		{req.JWKSURL, ops.ErrOIDCConnectionJWKSURLInvalidFormat},
	} {
		if state.Given(u.value) && state.CheckServerURL(*u.value) != nil {
			return u.malformed.Because("The URL is malformed, or neither https nor http on this machine.")
		}
	}
	switch {
	case state.Given(req.Issuer) && strings.ContainsAny(*req.Issuer, "?#"):
		return ops.ErrOIDCConnectionIssuerURLInvalidFormat.Because("An issuer has neither a query nor a fragment.")
	case req.ClientID != nil && len(*req.ClientID) > state.MaxURL:
		return ops.ErrBadRequest.Because("client_id is longer than %d bytes.", state.MaxURL)
	case req.ClientSecret != nil && len(*req.ClientSecret) > state.MaxText:
		return ops.ErrBadRequest.Because("client_secret is longer than %d bytes.", state.MaxText)
	case !flat(req.AttributeMapping) || len(req.AttributeMapping) > state.MaxEntries ||
		!state.IsObject(req.AttributeMapping):
		return ops.ErrBadRequest.Because("attribute_mapping has a value that is not a string, or is too large.")
	}
	return checkScopes(req.CustomScopes)
}

// decodedScopes are scopes that a request gives, separated by spaces and possibly URL-encoded.
func decodedScopes(given string) string {
	decoded, err := url.PathUnescape(given)
	if err != nil {
		decoded = given
	}
	return strings.Join(strings.Fields(decoded), " ")
}

// checkScopes checks the scopes that a request gives.
func checkScopes(given *string) error {
	if !state.Given(given) {
		return nil
	}
	list := strings.Fields(decodedScopes(*given))
	if slices.ContainsFunc(list, func(s string) bool { return !state.ScopeForm.MatchString(s) }) ||
		len(*given) > state.MaxURL {
		return ops.ErrBadRequest.Because(
			"custom_scopes is longer than %d bytes, or has a scope that does not match %s.",
			state.MaxURL, state.ScopeForm)
	}
	return nil
}

// changeOIDCConnection sets what a request gives and, for URLs that it does not give, what the issuer's metadata says.
func changeOIDCConnection(
	tx *engine.Tx, req *oidc.UpdateConnectionRequest, metadata *idp.Metadata, warning string,
) (*oidc.UpdateConnectionResponse, error) {
	found, err := permittedOIDCConnection(tx, req.OrganizationID, req.ConnectionID)
	if err != nil {
		return nil, err
	}
	c := *found.OIDC
	if metadata != nil {
		c.AuthorizationURL, c.TokenURL = metadata.AuthorizationURL, metadata.TokenURL
		c.UserinfoURL, c.JWKSURL = metadata.UserinfoURL, metadata.JWKSURL
	}
	state.Set(&c.DisplayName, req.DisplayName)
	state.Set(&c.IdentityProvider, req.IdentityProvider)
	state.Set(&c.ClientID, req.ClientID)
	state.Set(&c.ClientSecret, req.ClientSecret)
	state.Set(&c.Issuer, req.Issuer)
	state.Set(&c.AuthorizationURL, req.AuthorizationURL)
	state.Set(&c.TokenURL, req.TokenURL)
	state.Set(&c.UserinfoURL, req.UserinfoURL)
	state.Set(&c.JWKSURL, req.JWKSURL)
	if state.Given(req.CustomScopes) {
		c.CustomScopes = decodedScopes(*req.CustomScopes)
	}
	if req.AttributeMapping != nil {
		c.AttributeMapping = req.AttributeMapping
	}
	c.Status = sso.ConnectionStatusActive
	if !state.IsCompleteOIDC(&c) {
		c.Status = sso.ConnectionStatusPending
	}
	changed := &state.SSOConnection{OIDC: &c, IsReal: found.IsReal}
	if req.Issuer != nil {
		changed.IsReal = metadata != nil
	}
	if changed.IsReal && !mayAsk(tx, &c) {
		changed.IsReal, warning = false, "The provider is not used: "+errRemote.Text
	}
	if err := tx.PutSSOConnection(changed); err != nil {
		return nil, err
	}
	return &oidc.UpdateConnectionResponse{Connection: oidcResponse(tx, changed), Warning: warning}, nil
}
