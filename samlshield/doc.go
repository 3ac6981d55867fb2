// Package samlshield is the client of SAML Shield, which checks SAML responses for known attacks before the service
// that consumes them trusts them. It is a product beside the auth API, with a host and a token of its own.
//
// The two names that matter are [NewClient] and [ValidateRequest]:
//
//	client, err := samlshield.NewClient(samlshield.Config{PublicToken: token})
//	resp, err := client.SAML.Validate(ctx, &samlshield.ValidateRequest{
//		SAMLResponse: r.PostFormValue("SAMLResponse"),
//	})
//
// Errors are in package stytcherror, the options of a call in package shared.
package samlshield
