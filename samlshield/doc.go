// Package samlshield is a client of SAML Shield, which checks SAML responses for known attacks before a service
// provider accepts them. It is a product apart from the auth API, with a host and a token of its own.
//
// Begin with [NewClient] and [Service.Validate]:
//
//	client, err := samlshield.NewClient(samlshield.Config{PublicToken: token})
//	resp, err := client.SAML.Validate(ctx, &samlshield.ValidateRequest{
//		SAMLResponse: r.PostFormValue("SAMLResponse"),
//	})
//
// Errors are in package stytcherror, the options of a call in package shared.
package samlshield
