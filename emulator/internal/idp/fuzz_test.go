package idp_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Metadata that is taken can be stored: its URL is one for browsers, and its certificates are some.
func FuzzParseSAMLMetadata(f *testing.F) {
	f.Add([]byte(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"><IDPSSODescriptor>
		<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
		<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>AAAA</X509Certificate>
		</X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>`))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`))
	f.Fuzz(func(t *testing.T, document []byte) {
		m, err := idp.ParseSAMLMetadata(document)
		if err != nil {
			return
		}
		assert.NoError(t, state.CheckServerURL(m.SSOURL))
		assert.NotEmpty(t, m.EntityID)
		assert.NotEmpty(t, m.Certificates)
		for _, der := range m.Certificates {
			_, err := idp.ParseCertificate(der)
			assert.NoError(t, err)
		}
	})
}

// A person whom claims describe has an address.
func FuzzPersonOf(f *testing.F) {
	f.Add(`{"sub": "1", "email": "ada@example.com", "email_verified": true, "name": "Ada", "groups": ["a"]}`, `{"groups": "roles"}`)
	f.Add(`{"sub": "1", "mail": "ada@example.com", "email_verified": "False"}`, `{"email": "mail", "full_name": 7}`)
	f.Fuzz(func(t *testing.T, claims, mapping string) {
		var said, names map[string]any
		if json.Unmarshal([]byte(claims), &said) != nil || json.Unmarshal([]byte(mapping), &names) != nil {
			return
		}
		p, err := idp.PersonOf(said, names)
		if err != nil {
			return
		}
		_, err = state.Email(p.Email)
		assert.NoError(t, err)
	})
}

// What is in a certificate ends its text, also if it makes another key of it.
func TestParseSAMLMetadata_takesNoElementsInACertificate(t *testing.T) {
	t.Parallel()
	_, err := idp.ParseSAMLMetadata([]byte(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"><IDPSSODescriptor>
		<KeyDescriptor use="encryption"><X509Certificate xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>AAAA
		</X509Certificate></KeyDescriptor>
		<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>`))
	require.ErrorContains(t, err, "no certificate for signatures")
}
