package rbac_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/seed75add069/stytch-go/internal/recorded"
)

func ExampleService_Policy() {
	client := recorded.Client(`{
		"request_id": "request-id-test-1", "status_code": 200, "policy": {
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
