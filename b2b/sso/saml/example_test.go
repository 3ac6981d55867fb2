package saml_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// CreateConnection comes first: its response has the URLs to configure at the identity provider.
func ExampleService_CreateConnection() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2b.sso.saml.create_connection", `{
		"connection": {
			"connection_id": "saml-connection-test-1", "status": "pending", "identity_provider": "okta",
			"acs_url": "https://sso.example.com/callback/saml-connection-test-1",
			"audience_uri": "https://sso.example.com/saml-connection-test-1"
		}
	}`)

	resp, err := client.B2B.SSO.SAML.CreateConnection(context.Background(), &saml.CreateConnectionRequest{
		OrganizationID:   "analytical-engines",
		DisplayName:      new("Okta"),
		IdentityProvider: new(sso.IdentityProviderOkta),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ACS URL:", resp.Connection.ACSURL)
	fmt.Println("Audience URI:", resp.Connection.AudienceURI)
	// Output:
	// ACS URL: https://sso.example.com/callback/saml-connection-test-1
	// Audience URI: https://sso.example.com/saml-connection-test-1
}

// UpdateConnection sets the identity provider's values, which makes the connection active.
func ExampleService_UpdateConnection() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2b.sso.saml.update_connection", `{
		"connection": {"connection_id": "saml-connection-test-1", "status": "active"}
	}`)

	resp, err := client.B2B.SSO.SAML.UpdateConnection(context.Background(), &saml.UpdateConnectionRequest{
		OrganizationID:   "analytical-engines",
		ConnectionID:     "saml-connection-test-1",
		IDPEntityID:      new("https://idp.example.com/entity"),
		IDPSSOURL:        new("https://idp.example.com/sso"),
		X509Certificate:  new("-----BEGIN CERTIFICATE-----\n..."),
		AttributeMapping: map[string]any{"email": "NameID", "first_name": "firstName", "last_name": "lastName"},
		SAMLGroupImplicitRoleAssignments: []sso.SAMLGroupImplicitRoleAssignment{
			{Group: "engineering", RoleID: "engineer"},
		},
		IDPInitiatedAuthDisabled: new(true),
	})
	switch {
	case errors.Is(err, stytcherror.CodeInvalidX509Certificate):
		fmt.Println("The certificate is invalid.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(resp.Connection.Status == sso.ConnectionStatusActive)
	}
	// Output: true
}
