// Package stytch is a Go SDK for the Stytch auth API, for B2B and consumer projects. It is an independent project, not
// made or endorsed by Stytch.
//
// Begin with [NewClient]; the services are fields below [Client]:
//
//	client, err := stytch.NewClient(stytch.Config{ProjectID: id, Secret: secret})
//	resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
//		IntermediateSessionToken: ist,
//		OrganizationID:           org,
//		SessionDurationMinutes:   new(60),
//	})
//
// Errors are in package stytcherror, the options of a call in package shared. To run login flows with no account and no
// network, see packages emulator and stytchtest.
package stytch
