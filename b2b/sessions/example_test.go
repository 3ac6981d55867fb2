package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)

	resp, err := client.B2B.Sessions.Authenticate(context.Background(), &sessions.AuthenticateRequest{
		SessionToken:           new(ada.SessionToken), // from the cookie
		SessionDurationMinutes: new(60),               // extend the session to an hour from now
		AuthorizationCheck: &sessions.AuthorizationCheck{
			OrganizationID: ada.Organization.OrganizationID,
			ResourceID:     "stytch.member",
			Action:         "create",
		},
	})
	switch {
	case errors.Is(err, stytcherror.CodeSessionNotFound):
		fmt.Println("Please log in again.")
	case errors.Is(err, stytcherror.CodeSessionAuthorizationError):
		fmt.Println("You may not do that.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(resp.Member.EmailAddress, "is allowed to by", resp.Verdict.GrantingRoles)
	}
	// Output: ada@example.com is allowed to by [stytch_admin]
}

func ExampleService_Authenticate_denied() {
	server := stytchtest.NewServer()
	client := server.Client()
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)

	_, err := client.B2B.Sessions.Authenticate(context.Background(), &sessions.AuthenticateRequest{
		SessionToken: new(ada.SessionToken),
		AuthorizationCheck: &sessions.AuthorizationCheck{
			OrganizationID: ada.Organization.OrganizationID,
			ResourceID:     "engines",
			Action:         "start",
		},
	})
	fmt.Println(errors.Is(err, stytcherror.CodeSessionAuthorizationError))
	if refused, ok := errors.AsType[*stytcherror.Error](err); ok {
		fmt.Println(refused.StatusCode, refused.Op)
	}
	// Output:
	// true
	// 403 b2b.sessions.authenticate
}

// With an Authorization, the API checks what the member may do. Without one, the call has all permissions of the
// project.
func ExampleService_Revoke() {
	ctx := context.Background()
	server := stytchtest.NewServer()
	client := server.Client()
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)
	eve := server.CreateOrganization("eve@example.com", "Other Engines", nil)

	request := &sessions.RevokeRequest{MemberID: new(ada.MemberID)} // all of her sessions
	_, err := client.B2B.Sessions.Revoke(ctx, request,
		shared.WithAuthorization(shared.Authorization{SessionToken: eve.SessionToken}))
	fmt.Println("by a member of another organization:", errors.Is(err, stytcherror.CodeSessionAuthorizationTenancyError))

	_, err = client.B2B.Sessions.Revoke(ctx, request,
		shared.WithAuthorization(shared.Authorization{SessionToken: ada.SessionToken}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.B2B.Sessions.Authenticate(ctx, &sessions.AuthenticateRequest{SessionToken: new(ada.SessionToken)})
	fmt.Println("ended:", errors.Is(err, stytcherror.CodeSessionNotFound))
	// Output:
	// by a member of another organization: true
	// ended: true
}

// Exchange is a login to another organization, which may require more factors.
func ExampleExchangeResponse_Next() {
	server := stytchtest.NewServer()
	client := server.Client()
	strict := server.CreateOrganization("ada@example.com", "Analytical Engines", &discoveryorganizations.CreateRequest{
		MFAPolicy: new(organizations.MFAPolicyRequiredForAll),
	})
	ada := server.CreateOrganization("ada@example.com", "Difference Engines", nil) // the organization of her session

	resp, err := client.B2B.Sessions.Exchange(context.Background(), &sessions.ExchangeRequest{
		SessionToken:   new(ada.SessionToken),
		OrganizationID: strict.Organization.OrganizationID,
	})
	if err != nil {
		log.Fatal(err)
	}
	switch step := resp.Next(); step.Kind {
	case sessions.StepDone:
		fmt.Println("logged in to", resp.Organization.OrganizationName)
	case sessions.StepPrimary:
		fmt.Println("log in with one of", step.Methods)
	case sessions.StepMFA:
		fmt.Printf("%s requires a second factor, and Ada has %d\n", resp.Organization.OrganizationName, len(step.Methods))
	default: // neither a session nor a requirement: not logged in
		log.Fatal("unexpected answer")
	}
	// Output: Analytical Engines requires a second factor, and Ada has 0
}

// AuthenticateJWTLocal sends requests for the keys and the policy only, and caches them.
func ExampleService_AuthenticateJWTLocal() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)

	session, err := client.B2B.Sessions.AuthenticateJWTLocal(context.Background(), &sessions.AuthenticateJWTLocalRequest{
		SessionJWT: ada.SessionJWT, // from the cookie
		AuthorizationCheck: &sessions.AuthorizationCheck{
			OrganizationID: ada.Organization.OrganizationID,
			ResourceID:     "stytch.member",
			Action:         "create",
		},
	})
	_, forbidden := errors.AsType[*stytcherror.PermissionError](err)
	switch {
	case errors.Is(err, stytcherror.ErrTokenExpired):
		fmt.Println("Please log in again.")
	case forbidden:
		fmt.Println("You may not do that.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("A session of", session.OrganizationSlug, "with the roles", session.Roles)
	}
	// Output: A session of analytical-engines with the roles [stytch_member stytch_admin]
}

// AuthenticateJWT asks the API about expired JWTs, and refuses forged ones itself.
func ExampleService_AuthenticateJWT() {
	server := stytchtest.NewServer()
	client := server.Client()
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)

	resp, err := client.B2B.Sessions.AuthenticateJWT(context.Background(), &sessions.AuthenticateJWTRequest{
		SessionJWT: ada.SessionJWT,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("asked the API:", resp.Remote != nil)

	_, err = client.B2B.Sessions.AuthenticateJWT(context.Background(), &sessions.AuthenticateJWTRequest{
		SessionJWT: ada.SessionJWT + "A",
	})
	fmt.Println("bad signature:", errors.Is(err, stytcherror.ErrTokenSignature))
	// Output:
	// asked the API: false
	// bad signature: true
}

// Claims decodes custom claims into a type of your own.
func ExampleClaims() {
	session := &sessions.MemberSession{CustomClaims: map[string]any{"plan": "pro", "seats": 10.0}}

	claims, err := sessions.Claims[struct {
		Plan  string `json:"plan"`
		Seats int    `json:"seats"`
	}](session)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Plan, claims.Seats)
	// Output: pro 10
}
