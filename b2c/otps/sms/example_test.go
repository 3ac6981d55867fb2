package sms_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2c/otps"
	"github.com/seed75add069/stytch-go/b2c/otps/sms"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_LoginOrCreate() {
	ctx := context.Background()
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.otps.sms.login_or_create", `{"user_id": "user-test-1", "phone_id": "phone-number-test-1"}`)
	server.Respond("b2c.otps.authenticate", `{
		"user_id": "user-test-1", "session_token": "example-session-token",
		"session": {"session_id": "session-test-1", "expires_at": "2030-01-02T04:04:05Z"}
	}`)

	sent, err := client.B2C.OTPs.SMS.LoginOrCreate(ctx, &sms.LoginOrCreateRequest{
		PhoneNumber:       "+12025550162",
		ExpirationMinutes: new(5),
		Locale:            new(shared.LocaleIT),
	})
	if err != nil {
		log.Fatal(err)
	}
	// The user then enters the code. MethodID is the phone number that it was sent to.
	resp, err := client.B2C.OTPs.Authenticate(ctx, &otps.AuthenticateRequest{
		MethodID:               sent.PhoneID,
		Code:                   "123456",
		SessionDurationMinutes: new(60), // otherwise no session is created
	})
	switch {
	case errors.Is(err, stytcherror.CodeOTPCodeNotFound), errors.Is(err, stytcherror.CodeUnableToAuthOTPCode):
		fmt.Println("The code is wrong or has expired.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(resp.UserID, "until", resp.Session.ExpiresAt)
	}
	// Output: user-test-1 until 2030-01-02 04:04:05 +0000 UTC
}
