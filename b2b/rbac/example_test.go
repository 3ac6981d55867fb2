package rbac_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Policy() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2b.rbac.policy", `{
		"policy": {
			"roles": [
				{"role_id": "stytch_member", "description": "Everybody.",
					"permissions": [{"resource_id": "stytch.self", "actions": ["*"]}]},
				{"role_id": "engineer", "description": "Runs the engines.", "permissions": [
					{"resource_id": "engines", "actions": ["start", "stop"]}, {"resource_id": "logs", "actions": ["read"]}
				]}
			],
			"resources": [{"resource_id": "engines", "description": "", "actions": ["start", "stop", "scrap"]}],
			"scopes": []
		}
	}`)

	resp, err := client.B2B.RBAC.Policy(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, role := range resp.Policy.Roles {
		fmt.Println(role.RoleID)
		for _, permission := range role.Permissions {
			fmt.Printf("  %s: %s\n", permission.ResourceID, strings.Join(permission.Actions, ", "))
		}
	}
	// Output:
	// stytch_member
	//   stytch.self: *
	// engineer
	//   engines: start, stop
	//   logs: read
}

// Check checks permissions locally. The reason of a denial says what is missing.
func ExampleService_Check() {
	server := stytchtest.NewServer() // an emulator
	ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)
	org := ada.Organization.OrganizationID

	subject := rbac.Subject{OrganizationID: org, Roles: []string{"stytch_member"}} // those of a session
	for _, resource := range []string{"stytch.self", "stytch.member"} {
		err := server.Client().B2B.RBAC.Check(context.Background(), &rbac.CheckRequest{
			Subject: subject, OrganizationID: org, ResourceID: resource, Action: "update.info.name",
		})
		denied, ok := errors.AsType[*stytcherror.PermissionError](err)
		switch {
		case ok:
			fmt.Printf("%s: denied, %s\n", resource, denied.Reason)
		case err != nil:
			log.Fatal(err) // neither allowed nor denied
		default:
			fmt.Printf("%s: allowed\n", resource)
		}
	}
	// Output:
	// stytch.self: allowed
	// stytch.member: denied, nothing on this resource is allowed by role stytch_member
}
