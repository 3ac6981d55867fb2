package magiclinks_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2c/magiclinks"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.magic_links.authenticate", `{
		"user_id": "user-test-1", "method_id": "email-test-1",
		"session_token": "example-session-token", "session_jwt": "example.session.jwt",
		"session": {"session_id": "session-test-1", "user_id": "user-test-1", "expires_at": "2030-01-02T04:04:05Z"}
	}`)

	resp, err := client.B2C.MagicLinks.Authenticate(context.Background(), &magiclinks.AuthenticateRequest{
		Token:                  "example-token", // the link's "token" parameter
		SessionDurationMinutes: new(60),         // otherwise no session is created
	})
	switch {
	case errors.Is(err, stytcherror.CodeUnableToAuthMagicLink):
		fmt.Println("The link was used or has expired. Please request a new one.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(resp.UserID, "until", resp.Session.ExpiresAt)
	}
	// Output: user-test-1 until 2030-01-02 04:04:05 +0000 UTC
}
