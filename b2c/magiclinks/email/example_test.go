package email_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/seed75add069/stytch-go/b2c/magiclinks/email"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_LoginOrCreate() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.magic_links.email.login_or_create", `{
		"user_id": "user-test-1", "email_id": "email-test-1", "user_created": true
	}`)

	resp, err := client.B2C.MagicLinks.Email.LoginOrCreate(context.Background(), &email.LoginOrCreateRequest{
		Email:                  "ada@example.com",
		LoginMagicLinkURL:      new("https://app.example.com/authenticate"),
		SignupMagicLinkURL:     new("https://app.example.com/welcome"),
		LoginExpirationMinutes: new(15),
		CreateUserAsPending:    new(true), // until the link is used
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.UserID, "was created:", resp.UserCreated)
	// Output: user-test-1 was created: true
}

// A second e-mail within a second is refused. Without a Retry-After, the SDK does not retry.
func ExampleService_LoginOrCreate_tooOften() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.RespondError("b2c.magic_links.email.login_or_create", &stytcherror.Error{
		StatusCode: 429, Code: stytcherror.CodeTooManyRequests, RequestID: "request-id-test-2",
	})

	_, err := client.B2C.MagicLinks.Email.LoginOrCreate(context.Background(), &email.LoginOrCreateRequest{
		Email: "ada@example.com",
	})
	if refused, ok := errors.AsType[*stytcherror.Error](err); ok && refused.Code == stytcherror.CodeTooManyRequests {
		wait := max(refused.RetryAfter, time.Second)
		fmt.Printf("Please wait %v; for support: %s\n", wait, refused.RequestID)
	}
	// Output: Please wait 1s; for support: request-id-test-2
}
