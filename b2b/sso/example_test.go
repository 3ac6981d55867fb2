package sso_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2b.sso.authenticate", `{
		"member_authenticated": true,
		"member_id": "member-test-1", "organization_id": "organization-test-1",
		"session_token": "example-session-token", "session_jwt": "example.session.jwt",
		"member": {"email_address": "ada@analytical.dev"},
		"member_session": {"member_session_id": "member-session-test-1", "roles": ["stytch_member", "engineer"]}
	}`)

	resp, err := client.B2B.SSO.Authenticate(context.Background(), &sso.AuthenticateRequest{
		SSOToken:               "example-token", // the "token" parameter of the redirect URL
		SessionDurationMinutes: new(60),
	})
	switch {
	case errors.Is(err, stytcherror.CodeSSOTokenNotFound):
		fmt.Println("The login has expired. Please log in again.")
		return
	case errors.Is(err, stytcherror.CodeInvalidConnectionForJITProvisioning):
		fmt.Println("Please ask a colleague for an invitation.")
		return
	case err != nil:
		log.Fatal(err)
	}
	switch step := resp.Next(); step.Kind {
	case sessions.StepDone:
		fmt.Println(resp.Member.EmailAddress, resp.MemberSession.Roles)
	default: // send resp.IntermediateSessionToken with the next step
		fmt.Println("next step:", step.Kind, step.Methods)
	}
	// Output: ada@analytical.dev [stytch_member engineer]
}

func ExampleService_GetConnections() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2b.sso.get_connections", `{
		"saml_connections": [{
			"connection_id": "saml-connection-test-1", "display_name": "Okta", "status": "active",
			"identity_provider": "okta"
		}],
		"oidc_connections": [{
			"connection_id": "oidc-connection-test-1", "display_name": "Entra", "status": "pending",
			"client_secret": "example-client-secret"
		}],
		"external_connections": []
	}`)

	resp, err := client.B2B.SSO.GetConnections(context.Background(), &sso.GetConnectionsRequest{
		OrganizationID: "analytical-engines",
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, connection := range resp.SAMLConnections {
		fmt.Println("SAML:", connection.DisplayName, connection.Status == sso.ConnectionStatusActive)
	}
	for _, connection := range resp.OIDCConnections {
		fmt.Println("OIDC:", connection.DisplayName, connection.Status == sso.ConnectionStatusActive)
	}
	// Output:
	// SAML: Okta true
	// OIDC: Entra false
}
