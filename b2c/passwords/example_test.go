package passwords_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_StrengthCheck() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2c.passwords.strength_check", `{
		"valid_password": false, "score": 1,
		"breached_password": false, "strength_policy": "luds", "breach_detection_on_create": true,
		"feedback": {"warning": "", "suggestions": [], "luds_requirements": {
			"has_lower_case": true, "has_upper_case": false, "has_digit": true, "has_symbol": false,
			"missing_complexity": 1, "missing_characters": 3
		}}
	}`)

	resp, err := client.B2C.Passwords.StrengthCheck(context.Background(), &passwords.StrengthCheckRequest{
		Password: "engine1",
	})
	if err != nil {
		log.Fatal(err)
	}
	if !resp.ValidPassword && resp.StrengthPolicy == passwords.StrengthPolicyLUDS {
		missing := resp.Feedback.LUDSRequirements
		fmt.Printf("%d more characters and %d more character classes\n", missing.MissingCharacters, missing.MissingComplexity)
	}
	// Output: 3 more characters and 1 more character classes
}

func ExampleService_Authenticate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.RespondError("b2c.passwords.authenticate", &stytcherror.Error{
		StatusCode: 400, Code: stytcherror.CodeResetPassword,
	})

	resp, err := client.B2C.Passwords.Authenticate(context.Background(), &passwords.AuthenticateRequest{
		Email:                  "ada@example.com",
		Password:               "correct horse battery staple",
		SessionDurationMinutes: new(60), // otherwise no session is created
	})
	switch {
	case errors.Is(err, stytcherror.CodeUnauthorizedCredentials), errors.Is(err, stytcherror.CodeEmailNotFound):
		fmt.Println("Address or password is wrong.") // do not say which
	case errors.Is(err, stytcherror.CodeResetPassword):
		fmt.Println("Please set a new password.") // call Passwords.Email.ResetStart
	case errors.Is(err, stytcherror.CodeUserLockLimitReached):
		fmt.Println("Too many attempts. Please try again later.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(resp.UserID, "until", resp.Session.ExpiresAt)
	}
	// Output: Please set a new password.
}

// Migrate imports the hash of an existing password. Each hash type has its own settings.
func ExampleService_Migrate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2c.passwords.migrate", `{
		"user_id": "user-test-1", "email_id": "email-test-1", "user_created": true
	}`)

	resp, err := client.B2C.Passwords.Migrate(context.Background(), &passwords.MigrateRequest{
		Email:    "ada@example.com",
		Hash:     "example-hash",
		HashType: passwords.HashTypeScrypt,
		ScryptConfig: &passwords.ScryptConfig{
			Salt: "c2FsdA==", NParameter: 32_768, RParameter: 8, PParameter: 1, KeyLength: 32,
		},
		SetEmailVerified: new(false), // is sent
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.UserID, "was created:", resp.UserCreated)
	fmt.Println(server.Requests()[0])
	// Output:
	// user-test-1 was created: true
	// POST /v1/passwords/migrate
	// {"email":"ada@example.com","hash":"example-hash","hash_type":"scrypt","scrypt_config":{"key_length":32,"n_parameter":32768,"p_parameter":1,"r_parameter":8,"salt":"c2FsdA=="},"set_email_verified":false}
}
