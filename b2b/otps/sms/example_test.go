package sms_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// Send starts the second factor of a login.
func ExampleService_Send() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2b.otps.sms.send", `{
		"member_id": "member-test-1",
		"member": {"member_id": "member-test-1", "mfa_phone_number": "+12025550162", "mfa_phone_number_verified": false}
	}`)

	resp, err := client.B2B.OTPs.SMS.Send(context.Background(), &sms.SendRequest{
		OrganizationID:           "analytical-engines",
		MemberID:                 "member-test-1",
		MFAPhoneNumber:           new("+12025550162"), // only for a member who has none yet
		IntermediateSessionToken: new("example-intermediate-session"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("A code was sent to", resp.Member.MFAPhoneNumber)
	// Output: A code was sent to +12025550162
}

func ExampleService_Authenticate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.RespondError("b2b.otps.sms.authenticate", &stytcherror.Error{
		StatusCode: 404, Code: stytcherror.CodeOTPCodeNotFound,
	})

	resp, err := client.B2B.OTPs.SMS.Authenticate(context.Background(), &sms.AuthenticateRequest{
		OrganizationID:           "analytical-engines",
		MemberID:                 "member-test-1",
		Code:                     "123456",
		IntermediateSessionToken: new("example-intermediate-session"),
		SessionDurationMinutes:   new(60),
	})
	switch {
	case errors.Is(err, stytcherror.CodeOTPCodeNotFound):
		fmt.Println("The code is wrong.")
	case errors.Is(err, stytcherror.CodeUnableToAuthOTPCode):
		fmt.Println("The code was used or has expired. Please request a new one.")
	case errors.Is(err, stytcherror.CodeIntermediateSessionNotFound):
		fmt.Println("The login has expired. Please log in again.")
	case err != nil:
		log.Fatal(err)
	default: // the login is complete
		fmt.Println("logged in until", resp.MemberSession.ExpiresAt)
	}
	// Output: The code is wrong.
}
