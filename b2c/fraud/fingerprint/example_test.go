package fingerprint_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2c/fraud"
	"github.com/seed75add069/stytch-go/b2c/fraud/fingerprint"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Lookup() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("fraud.fingerprint.lookup", `{
		"telemetry_id": "example-telemetry-id",
		"fingerprints": {"visitor_id": "visitor-1", "browser_id": "browser-1"},
		"verdict": {"action": "CHALLENGE", "reasons": ["VIRTUAL_MACHINE"], "is_authentic_device": true},
		"created_at": "2030-01-02T03:04:05Z", "expires_at": "2030-02-02T03:04:05Z"
	}`)

	resp, err := client.B2C.Fraud.Fingerprint.Lookup(context.Background(), &fingerprint.LookupRequest{
		TelemetryID: "example-telemetry-id", // sent by the browser with the form
	})
	switch {
	case errors.Is(err, stytcherror.CodeTelemetryIDNotFound):
		fmt.Println("block") // the id may be made up
		return
	case err != nil:
		log.Fatal(err)
	}
	switch resp.Verdict.Action {
	case fraud.VerdictActionAllow:
		fmt.Println("allow")
	case fraud.VerdictActionChallenge:
		fmt.Println("ask for a second factor:", resp.Verdict.Reasons)
	case fraud.VerdictActionBlock:
		fmt.Println("block")
	default: // there may be new actions
		fmt.Println("ask for a second factor")
	}
	// Output: ask for a second factor: [VIRTUAL_MACHINE]
}
