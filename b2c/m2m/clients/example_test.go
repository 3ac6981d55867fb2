package clients_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Create() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()

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
		secret := resp.M2MClient.ClientSecret
		fmt.Println(strings.HasSuffix(secret, resp.M2MClient.ClientSecretLastFour), resp.M2MClient.Status)
	}
	// Output: true active
}

func ExampleService_SearchAll() {
	server := stytchtest.NewServer()
	client := server.Client()
	for _, scope := range []string{"read:engines", "read:looms"} {
		_, err := client.B2C.M2M.Clients.Create(context.Background(), &clients.CreateRequest{
			Scopes: []string{scope}, ClientName: new("export with " + scope),
		})
		if err != nil {
			log.Fatal(err)
		}
	}

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
			fmt.Println(one.ClientName)
		}
	}
	// Output: export with read:engines
}
