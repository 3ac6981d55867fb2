package b2b

import (
	"context"
	"crypto/rsa"
	"reflect"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func samlRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BSSOSAMLCreateConnection, createSAMLConnection),
		engine.Handle(ops.B2BSSOSAMLUpdateConnection, updateSAMLConnection),
		engine.Handle(ops.B2BSSOSAMLUpdateByURL, updateSAMLConnectionByURL),
		engine.Handle(ops.B2BSSOSAMLDeleteVerificationCertificate, deleteVerificationCertificate),
		engine.Handle(ops.B2BSSOSAMLDeleteEncryptionPrivateKey, deleteEncryptionPrivateKey),
	}
}

// createSAMLConnection creates a pending connection. Its signing certificate is that of the project's signing key.
func createSAMLConnection(
	tx *engine.Tx, req *saml.CreateConnectionRequest,
) (*saml.CreateConnectionResponse, error) {
	provider, err := checkNewConnection(req.DisplayName, req.IdentityProvider)
	if err != nil {
		return nil, err
	}
	if _, err := permittedOrganization(tx, req.OrganizationID); err != nil {
		return nil, err
	}
	key := sign.CurrentKey(tx.Tx)
	var der []byte
	return nil, engine.Outside(
		func(context.Context) (err error) {
			der, err = key.Certificate()
			return err
		},
		func(tx *engine.Tx) (*saml.CreateConnectionResponse, error) {
			org, err := permittedOrganization(tx, req.OrganizationID)
			if err != nil {
				return nil, err
			}
			if err := checkConnectionCount(tx, org); err != nil {
				return nil, err
			}
			signing, err := certificate(tx, der, signingKeyID)
			if err != nil {
				return nil, err
			}
			c := &state.SSOConnection{SAML: &sso.SAMLConnection{
				OrganizationID: org.OrganizationID, ConnectionID: tx.ID("saml-connection"),
				Status: sso.ConnectionStatusPending, IdentityProvider: provider,
				NameIDFormat: state.DefaultNameIDFormat, SigningCertificates: []sso.X509Certificate{signing},
			}}
			state.Set(&c.SAML.DisplayName, req.DisplayName)
			if err := tx.PutSSOConnection(c); err != nil {
				return nil, err
			}
			return &saml.CreateConnectionResponse{Connection: samlResponse(tx, c)}, nil
		})
}

// samlResponse is a SAML connection as the API returns it. Unverified: that the audience is the callback URL.
func samlResponse(tx *engine.Tx, c *state.SSOConnection) *sso.SAMLConnection {
	out := *c.SAML
	out.ACSURL = tx.URL(ops.SSOCallback, out.ConnectionID)
	out.AudienceURI = out.ACSURL
	return &out
}

// permittedSAMLConnection finds a SAML connection, and returns a copy to change.
func permittedSAMLConnection(
	tx *engine.Tx, organizationID, id string,
) (*state.Organization, *sso.SAMLConnection, error) {
	org, err := permittedOrganization(tx, organizationID)
	if err != nil {
		return nil, nil, err
	}
	if err := checkSSOConnectionID(id); err != nil {
		return nil, nil, err
	}
	if c := tx.FindSSOConnection(org.OrganizationID, id); c != nil && c.SAML != nil {
		return org, new(*c.SAML), nil
	}
	return nil, nil, ops.ErrSAMLConnectionNotFound
}

// putSAML puts a changed connection, which is active once it is complete.
func putSAML(tx *engine.Tx, c *sso.SAMLConnection) (*sso.SAMLConnection, error) {
	c.Status = sso.ConnectionStatusActive
	if c.IDPSSOURL == "" || c.IDPEntityID == "" || len(c.AttributeMapping) == 0 ||
		len(c.VerificationCertificates) == 0 {
		c.Status = sso.ConnectionStatusPending
	}
	for _, other := range tx.SSOConnectionsOf(c.OrganizationID) {
		if s := other.SAML; s != nil && s.ConnectionID != c.ConnectionID && c.IDPEntityID != "" &&
			s.IDPEntityID == c.IDPEntityID {
			return nil, ops.ErrDuplicateSAMLConnection.Because(
				"The organization has another connection with this idp_entity_id.")
		}
	}
	changed := &state.SSOConnection{SAML: c}
	if !reflect.DeepEqual(tx.SSOConnections.Get(c.ConnectionID).SAML, c) {
		if err := tx.PutSSOConnection(changed); err != nil {
			return nil, err
		}
	}
	return samlResponse(tx, changed), nil
}

// samlUpdate is a validated request, with what it gives in other forms.
type samlUpdate struct {
	*saml.UpdateConnectionRequest
	verification []byte          // a certificate in DER, nil if none is given
	signing      []byte          // the certificate of the signing key, nil if none is given
	signingKey   *rsa.PrivateKey // nil if none is given
}

// checkSAMLUpdate validates a request.
func checkSAMLUpdate(req *saml.UpdateConnectionRequest) (*samlUpdate, error) {
	u := &samlUpdate{UpdateConnectionRequest: req}
	if err := checkDisplayName(req.DisplayName); err != nil {
		return nil, err
	}
	if err := checkIdentityProvider(req.IdentityProvider); err != nil {
		return nil, err
	}
	for _, text := range []*string{
		req.IDPEntityID, req.NameIDFormat, req.AlternativeAudienceURI, req.AlternativeACSURL,
	} {
		if text != nil && len(*text) > state.MaxURL {
			return nil, ops.ErrBadRequest.Because(
				"idp_entity_id, nameid_format, alternative_audience_uri and alternative_acs_url have at most %d bytes.",
				state.MaxURL)
		}
	}
	if err := checkIDPSSOURL(req.IDPSSOURL); err != nil {
		return nil, err
	}
	if req.AttributeMapping != nil {
		if err := checkSAMLMapping(req.AttributeMapping); err != nil {
			return nil, err
		}
	}
	if state.Given(req.X509Certificate) {
		if u.verification = parseCertificate(*req.X509Certificate); u.verification == nil {
			return nil, ops.ErrInvalidX509Certificate.Because(
				"x509_certificate is not one certificate in PEM, of at most %d bytes, "+
					"that ends in the years 1970 to 9999.", state.MaxPEM)
		}
	}
	if state.Given(req.SAMLEncryptionPrivateKey) {
		_, err := privateKey("saml_encryption_private_key", *req.SAMLEncryptionPrivateKey,
			ops.ErrBadRequest, ops.ErrBadRequest)
		if err != nil {
			return nil, err
		}
	}
	if state.Given(req.SigningPrivateKey) {
		var err error
		u.signingKey, err = privateKey("signing_private_key", *req.SigningPrivateKey,
			ops.ErrSAMLSigningPrivateKeyInvalid, ops.ErrSAMLSigningPrivateKeyFormatNotSupported)
		if err != nil {
			return nil, err
		}
	}
	return u, nil
}

// checkIDPSSOURL checks where logins are sent to. On this machine, http is allowed.
func checkIDPSSOURL(given *string) error {
	if !state.Given(given) {
		return nil
	}
	u, err := state.ParseRedirectURL(*given)
	switch {
	case err != nil:
		return ops.ErrSAMLConnectionIDPSSOURLInvalidFormat
	case u.Scheme != "https" && state.CheckServerURL(*given) != nil:
		return ops.ErrSAMLConnectionIDPSSOURLNotHTTPS
	}
	return nil
}

// checkSAMLMapping checks that a mapping says where address and name are.
func checkSAMLMapping(mapping map[string]any) error {
	has := func(key string) bool { return mapping[key] != nil && mapping[key] != "" }
	switch {
	case !flat(mapping):
		return ops.ErrSAMLConnectionNoNestedKeysInAttributeMapping
	case len(mapping) > state.MaxEntries || !state.IsObject(mapping):
		return ops.ErrBadRequest.Because("attribute_mapping is too large.")
	case !has("email"):
		return ops.ErrSAMLConnectionEmailMappingRequired
	case !has("full_name") && (!has("first_name") || !has("last_name")):
		return ops.ErrSAMLConnectionNameMappingRequired
	}
	return nil
}

// updateSAMLConnection changes the fields that are given.
func updateSAMLConnection(
	tx *engine.Tx, req *saml.UpdateConnectionRequest,
) (*saml.UpdateConnectionResponse, error) {
	u, err := checkSAMLUpdate(req)
	if err != nil {
		return nil, err
	}
	if _, _, err := permittedSAMLConnection(tx, req.OrganizationID, req.ConnectionID); err != nil {
		return nil, err
	}
	if u.signingKey == nil {
		return u.apply(tx)
	}
	now := tx.Now
	return nil, engine.Outside(
		func(context.Context) (err error) {
			u.signing, err = state.SelfSigned(u.signingKey, now)
			return err
		}, u.apply)
}

func (u *samlUpdate) apply(tx *engine.Tx) (*saml.UpdateConnectionResponse, error) {
	org, c, err := permittedSAMLConnection(tx, u.OrganizationID, u.ConnectionID)
	if err != nil {
		return nil, err
	}
	state.Set(&c.DisplayName, u.DisplayName)
	state.Set(&c.IdentityProvider, u.IdentityProvider)
	state.Set(&c.IDPEntityID, u.IDPEntityID)
	state.Set(&c.IDPSSOURL, u.IDPSSOURL)
	state.Set(&c.NameIDFormat, u.NameIDFormat)
	state.Set(&c.AlternativeAudienceURI, u.AlternativeAudienceURI)
	state.Set(&c.AlternativeACSURL, u.AlternativeACSURL)
	state.Set(&c.IDPInitiatedAuthDisabled, u.IDPInitiatedAuthDisabled)
	state.Set(&c.AllowGatewayCallback, u.AllowGatewayCallback)
	state.SetList(&c.SAMLConnectionImplicitRoleAssignments, u.SAMLConnectionImplicitRoleAssignments)
	state.SetList(&c.SAMLGroupImplicitRoleAssignments, u.SAMLGroupImplicitRoleAssignments)
	if u.AttributeMapping != nil {
		c.AttributeMapping = u.AttributeMapping
	}
	if _, hasGroups := c.AttributeMapping["groups"]; !hasGroups && len(c.SAMLGroupImplicitRoleAssignments) > 0 {
		return nil, ops.ErrSAMLConnectionAttributeMappingMissingGroupsKey
	}
	if err := checkImplicitRoles(tx, org,
		u.SAMLConnectionImplicitRoleAssignments, u.SAMLGroupImplicitRoleAssignments); err != nil {
		return nil, err
	}
	if err := u.addKeys(tx, c); err != nil {
		return nil, err
	}
	changed, err := putSAML(tx, c)
	if err != nil {
		return nil, err
	}
	return &saml.UpdateConnectionResponse{Connection: changed}, nil
}

// addKeys adds the certificates and keys that a request gives to those of a connection.
func (u *samlUpdate) addKeys(tx *engine.Tx, c *sso.SAMLConnection) (err error) {
	if u.verification != nil {
		c.VerificationCertificates, err = addCertificates(
			tx, c.VerificationCertificates, [][]byte{u.verification}, verificationKeyID)
		if err != nil {
			return err
		}
	}
	if len(c.VerificationCertificates) > state.MaxSAMLKeys {
		return ops.ErrTooManySSOVerificationCertificates
	}
	if u.signing != nil { // it takes the place of the emulator's own
		if c.SigningCertificates, err = addCertificates(tx, nil, [][]byte{u.signing}, signingKeyID); err != nil {
			return err
		}
	}
	key := u.SAMLEncryptionPrivateKey
	has := func(k sso.EncryptionPrivateKey) bool { return k.PrivateKey == *key }
	if !state.Given(key) || slices.ContainsFunc(c.EncryptionPrivateKeys, has) {
		return nil
	}
	if len(c.EncryptionPrivateKeys) >= state.MaxSAMLKeys {
		return ops.ErrBadRequest.Because(
			"A connection has at most %d encryption keys.", state.MaxSAMLKeys)
	}
	c.EncryptionPrivateKeys = append(slices.Clone(c.EncryptionPrivateKeys), sso.EncryptionPrivateKey{
		PrivateKeyID: tx.ID("saml-encryption-key"), PrivateKey: *key, CreatedAt: tx.Now,
	})
	return nil
}

// updateSAMLConnectionByURL sets what the metadata at a URL says. Unverified: that its certificates take the place of
// those that the connection has.
func updateSAMLConnectionByURL(tx *engine.Tx, req *saml.UpdateByURLRequest) (*saml.UpdateByURLResponse, error) {
	if state.CheckServerURL(req.MetadataURL) != nil {
		return nil, ops.ErrInvalidSAMLMetadataURL.Because(
			"The URL is malformed, or neither https nor http on this machine.")
	}
	if _, _, err := permittedSAMLConnection(tx, req.OrganizationID, req.ConnectionID); err != nil {
		return nil, err
	}
	var metadata *idp.SAMLMetadata
	return nil, engine.Outside(
		func(ctx context.Context) (err error) {
			metadata, err = idp.FetchSAMLMetadata(ctx, req.MetadataURL)
			return err
		},
		func(tx *engine.Tx) (*saml.UpdateByURLResponse, error) {
			_, c, err := permittedSAMLConnection(tx, req.OrganizationID, req.ConnectionID)
			if err != nil {
				return nil, err
			}
			c.IDPEntityID, c.IDPSSOURL = metadata.EntityID, metadata.SSOURL
			kept := slices.DeleteFunc(slices.Clone(c.VerificationCertificates), func(k sso.X509Certificate) bool {
				return !slices.ContainsFunc(metadata.Certificates, func(der []byte) bool {
					return idp.CertificatePEM(der) == k.Certificate
				})
			})
			c.VerificationCertificates, err = addCertificates(tx, kept, metadata.Certificates, verificationKeyID)
			if err != nil {
				return nil, err
			}
			if len(c.VerificationCertificates) > state.MaxSAMLKeys {
				return nil, ops.ErrTooManySSOVerificationCertificates
			}
			changed, err := putSAML(tx, c)
			if err != nil {
				return nil, err
			}
			return &saml.UpdateByURLResponse{Connection: changed}, nil
		})
}
