package flows_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// mapping is an attribute mapping of SAML that suffices.
var mapping = shared.Object{"email": "mail", "full_name": "cn", "groups": "memberOf"}

// newCertificate makes a certificate in DER that ends at a time.
func newCertificate(t require.TestingT, name string, end time.Time) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return der
}

func inPEM(kind string, der []byte) *string {
	return new(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
}

// certificateEnd is when certificates of tests end.
var certificateEnd = time.Date(2040, 1, 2, 3, 4, 5, 0, time.UTC)

func (h *harness) newSAML(org string) *sso.SAMLConnection {
	h.t.Helper()
	created, err := h.api.B2B.SSO.SAML.CreateConnection(h.t.Context(), &saml.CreateConnectionRequest{OrganizationID: org})
	require.NoError(h.t, err)
	return created.Connection
}

func (h *harness) updateSAML(
	org, id string, change func(*saml.UpdateConnectionRequest), opts ...shared.RequestOption,
) (*sso.SAMLConnection, error) {
	h.t.Helper()
	req := &saml.UpdateConnectionRequest{OrganizationID: org, ConnectionID: id}
	change(req)
	resp, err := h.api.B2B.SSO.SAML.UpdateConnection(h.t.Context(), req, opts...)
	if err != nil {
		return nil, err
	}
	return resp.Connection, nil
}

// activeSAML creates a SAML connection that is set up.
func (h *harness) activeSAML(org string) *sso.SAMLConnection {
	h.t.Helper()
	id := h.newSAML(org).ConnectionID
	c, err := h.updateSAML(org, id, func(r *saml.UpdateConnectionRequest) {
		r.IDPEntityID, r.IDPSSOURL = new("https://idp.example/"+id), new("https://idp.example/sso")
		r.X509Certificate = inPEM("CERTIFICATE", newCertificate(h.t, "idp", certificateEnd))
		r.AttributeMapping = mapping
	})
	require.NoError(h.t, err)
	require.Equal(h.t, sso.ConnectionStatusActive, c.Status)
	return c
}

func TestSAML_connectionIsActiveOnceItIsComplete(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	created, err := h.api.B2B.SSO.SAML.CreateConnection(t.Context(), &saml.CreateConnectionRequest{
		OrganizationID: org, DisplayName: new("Okta"), IdentityProvider: new(sso.IdentityProviderOkta),
	})
	require.NoError(t, err)
	c := created.Connection
	require.Len(t, c.SigningCertificates, 1)
	callback := "http://localhost:1/v1/b2b/sso/callback/" + c.ConnectionID // the host that the client calls
	assert.Regexp(t, "^saml-connection-test-", c.ConnectionID)
	assert.Equal(t, callback, c.ACSURL)
	assert.Equal(t, callback, c.AudienceURI)
	assert.Equal(t, "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", c.NameIDFormat)
	assert.Equal(t, []any{"pending", "Okta", sso.IdentityProviderOkta}, []any{c.Status, c.DisplayName, c.IdentityProvider})
	der := newCertificate(t, "idp", certificateEnd)
	for _, step := range []func(*saml.UpdateConnectionRequest){
		func(r *saml.UpdateConnectionRequest) { r.IDPSSOURL = new("https://idp.example/sso") },
		func(r *saml.UpdateConnectionRequest) { r.IDPEntityID = new("urn:idp") },
		func(r *saml.UpdateConnectionRequest) { r.X509Certificate = inPEM("CERTIFICATE", der) },
		func(r *saml.UpdateConnectionRequest) { r.AttributeMapping = mapping },
	} {
		assert.Equal(t, "pending", c.Status)
		c, err = h.updateSAML(org, c.ConnectionID, step)
		require.NoError(t, err)
	}
	assert.Equal(t, "active", c.Status)
	require.Len(t, c.VerificationCertificates, 1)
	certificate := c.VerificationCertificates[0]
	assert.Equal(t, *inPEM("CERTIFICATE", der), certificate.Certificate)
	assert.Equal(t, "CN=idp", certificate.Issuer)
	assert.Equal(t, certificateEnd, certificate.ExpiresAt)
	c, err = h.updateSAML(org, c.ConnectionID, func(r *saml.UpdateConnectionRequest) {
		r.NameIDFormat, r.AlternativeACSURL = new("urn:x"), new("https://old.example/acs")
		r.AlternativeAudienceURI, r.DisplayName = new("https://old.example"), new("Renamed")
		r.IDPInitiatedAuthDisabled, r.AllowGatewayCallback = new(true), new(true)
		r.IdentityProvider = new(sso.IdentityProviderDuo)
		r.SAMLConnectionImplicitRoleAssignments = []sso.SAMLConnectionImplicitRoleAssignment{{RoleID: "stytch_admin"}}
		r.SAMLGroupImplicitRoleAssignments = []sso.SAMLGroupImplicitRoleAssignment{{RoleID: "stytch_admin", Group: "Ops"}}
		r.X509Certificate = inPEM("CERTIFICATE", der)
	})
	require.NoError(t, err)
	assert.Len(t, c.VerificationCertificates, 1, "it has the certificate already")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	list, err := h.connections(org)
	require.NoError(t, err)
	assert.Equal(t, []sso.SAMLConnection{*c}, list.SAMLConnections)
}

func TestSAML_updateRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	first, c := h.activeSAML(org), h.newSAML(org)
	certificate := inPEM("CERTIFICATE", newCertificate(t, "idp", certificateEnd))
	pkcs8 := []byte("a key, whose format the PEM says")
	ancient := inPEM("CERTIFICATE", newCertificate(t, "idp", time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)))
	type update = func(*saml.UpdateConnectionRequest)
	mapped := func(m shared.Object) update { return func(r *saml.UpdateConnectionRequest) { r.AttributeMapping = m } }
	certified := func(text string) update { return func(r *saml.UpdateConnectionRequest) { r.X509Certificate = &text } }
	at := func(url string) update { return func(r *saml.UpdateConnectionRequest) { r.IDPSSOURL = &url } }
	groups := func(role, group string) update {
		return func(r *saml.UpdateConnectionRequest) {
			r.AttributeMapping = mapping
			r.SAMLGroupImplicitRoleAssignments = []sso.SAMLGroupImplicitRoleAssignment{{RoleID: role, Group: group}}
		}
	}
	for code, updates := range map[stytcherror.Code][]update{
		stytcherror.CodeSAMLConnectionEmailMappingRequired:           {mapped(shared.Object{}), mapped(shared.Object{"email": "", "full_name": "x"})},
		stytcherror.CodeSAMLConnectionNameMappingRequired:            {mapped(shared.Object{"email": "x", "first_name": "x"})},
		stytcherror.CodeSAMLConnectionNoNestedKeysInAttributeMapping: {mapped(shared.Object{"email": "x", "full_name": shared.Object{}})},
		stytcherror.CodeSAMLConnectionAttributeMappingMissingGroupsKey: {func(r *saml.UpdateConnectionRequest) {
			r.SAMLGroupImplicitRoleAssignments = []sso.SAMLGroupImplicitRoleAssignment{{RoleID: "stytch_admin", Group: "a"}}
		}},
		stytcherror.CodeSAMLGroupRoleAssignmentDoesNotContainMemberGroup: {groups("stytch_admin", "")},
		stytcherror.CodeInvalidRBACRoleAssignment:                        {groups("nobody", "a"), groups("stytch_member", "a")},
		stytcherror.CodeSAMLConnectionIDPSSOURLInvalidFormat:             {at("idp.example"), at("javascript:alert(1)"), at("ftp://x")},
		stytcherror.CodeSAMLConnectionIDPSSOURLNotHTTPS:                  {at("http://idp.example")},
		stytcherror.CodeInvalidX509Certificate: {
			certified("x"), certified(*certificate + *certificate), certified(*inPEM("CERTIFICATE", []byte("x"))),
			certified(strings.Repeat("x", 20_000)), certified(strings.Replace(*certificate, "CERTIFICATE", "PUBLIC KEY", 2)),
			certified(*ancient),
		},
		stytcherror.CodeInvalidSSOIDP: {func(r *saml.UpdateConnectionRequest) { r.IdentityProvider = new(sso.IdentityProvider("x")) }},
		stytcherror.CodeDuplicateSAMLConnection: {
			func(r *saml.UpdateConnectionRequest) { r.IDPEntityID = &first.IDPEntityID },
		},
		stytcherror.CodeSAMLSigningPrivateKeyInvalid: {
			func(r *saml.UpdateConnectionRequest) { r.SigningPrivateKey = new("x") },
			func(r *saml.UpdateConnectionRequest) { r.SigningPrivateKey = inPEM("RSA PRIVATE KEY", []byte("x")) },
		},
		stytcherror.CodeBadRequest: {
			func(r *saml.UpdateConnectionRequest) { r.DisplayName = new(strings.Repeat("x", 129)) },
			func(r *saml.UpdateConnectionRequest) { r.IDPEntityID = new(strings.Repeat("x", 2049)) },
			func(r *saml.UpdateConnectionRequest) { r.SAMLEncryptionPrivateKey = new("x") },
			func(r *saml.UpdateConnectionRequest) { r.SAMLEncryptionPrivateKey = inPEM("PRIVATE KEY", pkcs8) },
		},
		stytcherror.CodePrivateKeyTooLong: {
			func(r *saml.UpdateConnectionRequest) { r.SAMLEncryptionPrivateKey = new(strings.Repeat("x", 5000)) },
			func(r *saml.UpdateConnectionRequest) { r.SigningPrivateKey = new(strings.Repeat("x", 5000)) },
		},
		stytcherror.CodeSAMLSigningPrivateKeyFormatNotSupported: {
			func(r *saml.UpdateConnectionRequest) { r.SigningPrivateKey = inPEM("PRIVATE KEY", pkcs8) },
			func(r *saml.UpdateConnectionRequest) { r.SigningPrivateKey = inPEM("ENCRYPTED PRIVATE KEY", pkcs8) },
		},
	} {
		for i, change := range updates {
			_, err := h.updateSAML(org, c.ConnectionID, change)
			require.ErrorIs(t, err, code, "%s %d", code, i)
		}
	}
	_, err := h.updateSAML(org, "none", func(*saml.UpdateConnectionRequest) {})
	require.ErrorIs(t, err, stytcherror.CodeSAMLConnectionNotFound)
	_, err = h.updateSAML("none", c.ConnectionID, func(*saml.UpdateConnectionRequest) {})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = h.api.B2B.SSO.SAML.CreateConnection(t.Context(), &saml.CreateConnectionRequest{
		OrganizationID: org, IdentityProvider: new(sso.IdentityProvider("x")),
	})
	require.ErrorIs(t, err, stytcherror.CodeInvalidSSOIDP)
	list, err := h.connections(org)
	require.NoError(t, err)
	assert.Equal(t, *c, list.SAMLConnections[1], "nothing of that was stored")
}

func TestSAML_activeConnectionKeepsOneToFiveCertificates(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c := h.activeSAML(org)
	for i := range 5 {
		certificate := inPEM("CERTIFICATE", newCertificate(t, fmt.Sprint(i), certificateEnd))
		changed, err := h.updateSAML(org, c.ConnectionID, func(r *saml.UpdateConnectionRequest) { r.X509Certificate = certificate })
		if i == 4 {
			require.ErrorIs(t, err, stytcherror.CodeTooManySSOVerificationCertificates)
			break
		}
		require.NoError(t, err)
		c = changed
	}
	remove := func(id string) error {
		resp, err := h.api.B2B.SSO.SAML.DeleteVerificationCertificate(t.Context(), &saml.DeleteVerificationCertificateRequest{
			OrganizationID: org, ConnectionID: c.ConnectionID, CertificateID: id,
		})
		if err == nil {
			assert.Equal(t, id, resp.CertificateID)
		}
		return err
	}
	require.ErrorIs(t, remove("none"), stytcherror.CodeSSOVerificationKeyNotFound)
	require.ErrorIs(t, remove(c.SigningCertificates[0].CertificateID), stytcherror.CodeSSOVerificationKeyNotFound)
	for i, certificate := range c.VerificationCertificates {
		if i == 4 {
			require.ErrorIs(t, remove(certificate.CertificateID), stytcherror.CodeCannotDeleteLastSSOVerificationKey)
			break
		}
		require.NoError(t, remove(certificate.CertificateID))
		require.ErrorIs(t, remove(certificate.CertificateID), stytcherror.CodeSSOVerificationKeyNotFound)
	}
	list, err := h.connections(org)
	require.NoError(t, err)
	assert.Len(t, list.SAMLConnections[0].VerificationCertificates, 1)
}

func TestSAML_keysCanBeBrought(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c := h.newSAML(org)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text := inPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
	own := c.SigningCertificates[0].Certificate
	for range 2 {
		c, err = h.updateSAML(org, c.ConnectionID, func(r *saml.UpdateConnectionRequest) {
			r.SigningPrivateKey, r.SAMLEncryptionPrivateKey = text, text
		})
		require.NoError(t, err)
	}
	require.Len(t, c.SigningCertificates, 1)
	assert.NotEqual(t, own, c.SigningCertificates[0].Certificate)
	block, _ := pem.Decode([]byte(c.SigningCertificates[0].Certificate))
	certificate, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.True(t, key.PublicKey.Equal(certificate.PublicKey))
	require.Len(t, c.EncryptionPrivateKeys, 1, "the same key is there once")
	assert.Equal(t, *text, c.EncryptionPrivateKeys[0].PrivateKey)
	remove := func(id string) (*saml.DeleteEncryptionPrivateKeyResponse, error) {
		return h.api.B2B.SSO.SAML.DeleteEncryptionPrivateKey(t.Context(), &saml.DeleteEncryptionPrivateKeyRequest{
			OrganizationID: org, ConnectionID: c.ConnectionID, PrivateKeyID: id,
		})
	}
	_, err = remove("none")
	require.ErrorIs(t, err, stytcherror.CodeSSOEncryptionPrivateKeyNotFound)
	id := c.EncryptionPrivateKeys[0].PrivateKeyID
	removed, err := remove(id)
	require.NoError(t, err)
	assert.Equal(t, id, removed.PrivateKeyID)
	_, err = remove(id)
	require.ErrorIs(t, err, stytcherror.CodeSSOEncryptionPrivateKeyNotFound)
	_, err = h.api.B2B.SSO.SAML.DeleteEncryptionPrivateKey(t.Context(), &saml.DeleteEncryptionPrivateKeyRequest{
		OrganizationID: org, ConnectionID: "none", PrivateKeyID: id,
	})
	require.ErrorIs(t, err, stytcherror.CodeSAMLConnectionNotFound)
}
