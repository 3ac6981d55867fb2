package email_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/seed75add069/stytch-go/b2c/magiclinks/email"
	"github.com/seed75add069/stytch-go/internal/apitest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func ExampleService_LoginOrCreate() {
	client := apitest.Client(`{
		"request_id": "request-id-test-1", "status_code": 200,
		"user_id": "user-test-1", "email_id": "email-test-1", "user_created": true
	}`)

	resp, err := client.B2C.MagicLinks.Email.LoginOrCreate(context.Background(), &email.LoginOrCreateRequest{
		Email:                  "ada@example.com",
		LoginMagicLinkURL:      new("https://app.example.com/authenticate"),
		SignupMagicLinkURL:     new("https://app.example.com/welcome"),
		LoginExpirationMinutes: new(15),
		CreateUserAsPending:    new(true), // active once the link is followed
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.UserID, "is new:", resp.UserCreated)
	// Output: user-test-1 is new: true
}

// A second e-mail within a second is refused. Unless the answer says when, the SDK does not try again: the person does.
func ExampleService_LoginOrCreate_tooOften() {
	client := apitest.Client(`{
		"request_id": "request-id-test-2", "status_code": 429, "error_type": "too_many_requests",
		"error_message": "Slow down.", "error_url": ""
	}`)

	_, err := client.B2C.MagicLinks.Email.LoginOrCreate(context.Background(), &email.LoginOrCreateRequest{
		Email: "ada@example.com",
	})
	if refused, ok := errors.AsType[*stytcherror.Error](err); ok && refused.Code == stytcherror.CodeTooManyRequests {
		wait := max(refused.RetryAfter, time.Second)
		fmt.Printf("Please wait %v; for support: %s\n", wait, refused.RequestID)
	}
	// Output: Please wait 1s; for support: request-id-test-2
}
