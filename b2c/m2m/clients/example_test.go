package clients_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Create() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("m2m.clients.create", `{
		"m2m_client": {
			"client_id": "m2m-client-test-1", "client_secret": "example-secret", "client_secret_last_four": "cret",
			"client_name": "nightly export", "status": "active", "scopes": ["read:engines"]
		}
	}`)

	resp, err := client.B2C.M2M.Clients.Create(context.Background(), &clients.CreateRequest{
		Scopes:     []string{"read:engines"},
		ClientName: new("nightly export"),
	})
	switch {
	case errors.Is(err, stytcherror.CodeInvalidM2MClientScope):
		fmt.Println("A scope is invalid.")
	case err != nil:
		log.Fatal(err)
	default: // store resp.M2MClient.ClientSecret now: no other response has it
		fmt.Println(resp.M2MClient.ClientID, "has a secret that ends in", resp.M2MClient.ClientSecretLastFour)
	}
	// Output: m2m-client-test-1 has a secret that ends in cret
}

func ExampleService_SearchAll() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("m2m.clients.search", `{
		"m2m_clients": [
			{"client_id": "m2m-client-test-1", "client_name": "nightly export", "status": "active"},
			{"client_id": "m2m-client-test-2", "client_name": "old export", "status": "inactive"}
		],
		"results_metadata": {"total": 2, "next_cursor": null}
	}`)

	found := client.B2C.M2M.Clients.SearchAll(context.Background(), &clients.SearchRequest{
		Query: &m2m.M2MSearchQuery{
			Operator: shared.SearchOperatorAnd,
			Operands: []m2m.M2MSearchQueryOperand{clients.FilterScopes("read:engines")},
		},
	})
	for one, err := range found {
		if err != nil {
			log.Fatal(err)
		}
		if one.Status == m2m.M2MClientStatusActive {
			fmt.Println(one.ClientID, one.ClientName)
		}
	}
	// Output: m2m-client-test-1 nightly export
}
