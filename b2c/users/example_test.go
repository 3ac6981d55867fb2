package users_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seed75add069/stytch-go/b2c/users"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Search() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.users.search", `{
		"results": [{
			"user_id": "user-test-1", "status": "active", "created_at": "2026-01-15T09:00:00Z",
			"name": {"first_name": "Ada", "middle_name": "", "last_name": "Lovelace"}
		}],
		"results_metadata": {"total": 1, "next_cursor": null}
	}`)

	january := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	resp, err := client.B2C.Users.Search(context.Background(), &users.SearchRequest{
		Limit: new(50),
		Query: &users.SearchUsersQuery{
			Operator: shared.SearchOperatorAnd,
			Operands: []users.SearchUsersQueryOperand{
				users.FilterCreatedAtBetween(january, january.AddDate(0, 1, 0)),
				users.FilterStatus(users.UserStatusActive),
				users.FilterPasswordExists(false),
			},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, user := range resp.Results {
		fmt.Println(user.UserID, user.Name.FirstName, "was created on", user.CreatedAt.Format(time.DateOnly))
	}
	// Output: user-test-1 Ada was created on 2026-01-15
}

// Leaving the loop stops the search: no further page is fetched.
func ExampleService_SearchAll() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2c.users.search", `{
		"results": [{"user_id": "user-test-1"}, {"user_id": "user-test-2", "is_locked": true}, {"user_id": "user-test-3"}],
		"results_metadata": {"total": 2000, "next_cursor": "example-cursor"}
	}`)

	for user, err := range client.B2C.Users.SearchAll(context.Background(), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if user.IsLocked {
			fmt.Println("the first locked user:", user.UserID)
			break
		}
	}
	// Output: the first locked user: user-test-2
}

func ExampleService_Update() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2c.users.update", `{
		"user_id": "user-test-1",
		"user": {"user_id": "user-test-1", "untrusted_metadata": {"theme": "dark"}}
	}`)

	resp, err := client.B2C.Users.Update(context.Background(), &users.UpdateRequest{
		UserID:            "user-test-1",
		UntrustedMetadata: map[string]any{"theme": "dark", "beta": nil}, // set theme, delete beta, keep all others
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(server.Requests()[0])
	fmt.Println(resp.User.UntrustedMetadata["theme"])
	// Output:
	// PUT /v1/users/user-test-1
	// {"untrusted_metadata":{"beta":null,"theme":"dark"}}
	// dark
}
