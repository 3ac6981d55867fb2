package passwords_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/passwords"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_StrengthCheck() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2b.passwords.strength_check", `{
		"valid_password": false, "score": 1,
		"breached_password": false, "strength_policy": "zxcvbn", "breach_detection_on_create": true,
		"zxcvbn_feedback": {"warning": "A common password.", "suggestions": ["Add another word or two."]}
	}`)

	resp, err := client.B2B.Passwords.StrengthCheck(context.Background(), &passwords.StrengthCheckRequest{
		Password:     "password1",
		EmailAddress: new("ada@example.com"), // needed to look up breaches
	})
	if err != nil {
		log.Fatal(err)
	}
	switch {
	case resp.ValidPassword:
		fmt.Println("valid")
	case resp.StrengthPolicy == b2cpasswords.StrengthPolicyLUDS && resp.LUDSFeedback != nil:
		fmt.Println("missing characters:", resp.LUDSFeedback.MissingCharacters)
	case resp.ZxcvbnFeedback != nil:
		fmt.Println(resp.ZxcvbnFeedback.Warning, resp.ZxcvbnFeedback.Suggestions)
	}
	// Output: A common password. [Add another word or two.]
}

func ExampleService_Authenticate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2b.passwords.authenticate", `{
		"member_authenticated": false,
		"member_id": "member-test-1", "intermediate_session_token": "example-intermediate-session",
		"primary_required": {"allowed_auth_methods": ["sso", "magic_link"]}
	}`)

	resp, err := client.B2B.Passwords.Authenticate(context.Background(), &passwords.AuthenticateRequest{
		OrganizationID:         "analytical-engines",
		EmailAddress:           "ada@example.com",
		Password:               "correct horse battery staple",
		SessionDurationMinutes: new(60),
	})
	switch {
	case errors.Is(err, stytcherror.CodeUnauthorizedCredentials),
		errors.Is(err, stytcherror.CodeMemberPasswordNotFound):
		fmt.Println("Address or password is wrong.") // do not say which
		return
	case errors.Is(err, stytcherror.CodeMemberResetPassword):
		fmt.Println("Please set a new password.") // call Passwords.Email.ResetStart
		return
	case err != nil:
		log.Fatal(err)
	}
	switch step := resp.Next(); step.Kind {
	case sessions.StepDone:
		fmt.Println("logged in")
	case sessions.StepPrimary: // the address is not verified yet, and a password does not verify it
		fmt.Println("verify the address with one of", step.Methods)
	case sessions.StepMFA:
		fmt.Println("second factor:", step.Methods)
	default:
		log.Fatal("unexpected answer")
	}
	// Output: verify the address with one of [sso magic_link]
}

// Migrate imports the hash of an existing password. Each hash type has its own settings.
func ExampleService_Migrate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2b.passwords.migrate", `{
		"member_id": "member-test-1", "member_created": true
	}`)

	resp, err := client.B2B.Passwords.Migrate(context.Background(), &passwords.MigrateRequest{
		OrganizationID: "analytical-engines",
		EmailAddress:   "ada@example.com",
		Hash:           "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", // base64
		HashType:       b2cpasswords.HashTypePBKDF2,
		PBKDF2Config: &b2cpasswords.PBKDF2Config{
			Salt:            "c2FsdA==", // base64
			IterationAmount: 600_000,
			KeyLength:       32, // of the hash, in bytes
			Algorithm:       b2cpasswords.PBKDF2AlgorithmSHA256,
		},
	})
	switch {
	case errors.Is(err, stytcherror.CodePasswordAlreadyExists):
		fmt.Println("The member has a password already.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(resp.MemberID, "was created:", resp.MemberCreated)
	}
	// Output: member-test-1 was created: true
}
