package totps_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/mfa"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// The secret, the QR code and the recovery codes are masked when the whole response is printed.
func ExampleService_Create() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2b.totps.create", `{
		"member_id": "member-test-1",
		"totp_registration_id": "totp-registration-test-1", "secret": "EXAMPLESECRET234",
		"qr_code": "data:image/png;base64,iVBORw0KGgo=", "recovery_codes": ["aaaa-bbbb-cccc", "dddd-eeee-ffff"]
	}`)

	resp, err := client.B2B.TOTPs.Create(context.Background(), &totps.CreateRequest{
		OrganizationID:           "analytical-engines",
		MemberID:                 "member-test-1",
		IntermediateSessionToken: new("example-intermediate-session"), // of the login that requires a second factor
	})
	switch {
	case errors.Is(err, stytcherror.CodeActiveTOTPExists):
		fmt.Println("The member has an authenticator app already.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Printf("<img src=%q>\n", resp.QRCode)
		fmt.Println("or enter", resp.Secret, "and store", len(resp.RecoveryCodes), "recovery codes")
	}
	// Output:
	// <img src="data:image/png;base64,iVBORw0KGgo=">
	// or enter EXAMPLESECRET234 and store 2 recovery codes
}

func ExampleService_Authenticate() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.Respond("b2b.totps.authenticate", `{
		"member_id": "member-test-1",
		"session_token": "example-session-token", "session_jwt": "example.session.jwt",
		"member_session": {"member_session_id": "member-session-test-1", "authentication_factors": [
			{"type": "magic_link", "delivery_method": "email"}, {"type": "totp", "delivery_method": "authenticator_app"}
		]}
	}`)

	resp, err := client.B2B.TOTPs.Authenticate(context.Background(), &totps.AuthenticateRequest{
		OrganizationID:           "analytical-engines",
		MemberID:                 "member-test-1",
		Code:                     "123456", // from the app
		IntermediateSessionToken: new("example-intermediate-session"),
		SetMFAEnrollment:         new(mfa.EnrollmentChangeEnroll), // require it at every login from now on
	})
	switch {
	case errors.Is(err, stytcherror.CodeUnableToAuthenticateTOTP),
		errors.Is(err, stytcherror.CodeTOTPCodeAlreadyAuthenticated):
		fmt.Println("Please wait for the next code.")
	case err != nil:
		log.Fatal(err)
	default:
		for _, factor := range resp.MemberSession.AuthenticationFactors {
			fmt.Println(factor.Type)
		}
	}
	// Output:
	// magic_link
	// totp
}
