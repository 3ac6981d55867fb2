package project

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/saml"
	"github.com/seed75add069/stytch-go/samlshield"
)

func samlShieldRoutes() []engine.Route {
	return []engine.Route{engine.Endpoint{
		Info: ops.SAMLShieldValidate, Project: engine.ByBearer, Run: validateSAML,
	}.Route()}
}

// validateSAML checks the structure of a SAML response, outside of the transaction, as a large one takes long. It
// verifies no signature: the certificate is not part of the call.
func validateSAML(tx *engine.Tx) (*engine.Reply, error) {
	form, err := tx.Form()
	if err != nil {
		return nil, err
	}
	encoded := form["SAMLResponse"]
	if len(encoded) != 1 || encoded[0] == "" {
		return nil, ops.ErrMissingSAMLResponse.Because("The form needs one SAMLResponse.")
	}
	document, err := base64.StdEncoding.DecodeString(encoded[0])
	if err != nil {
		return nil, ops.ErrInvalidSAMLResponse.Because("SAMLResponse is not in base64.")
	}
	return nil, engine.Outside(
		func(context.Context) error { return saml.Check(document) },
		func(tx *engine.Tx) (*engine.Reply, error) {
			return tx.JSON(http.StatusOK, &samlshield.ValidateResponse{
				RequestID: tx.RequestID(), StatusCode: http.StatusOK,
				Message: "The structure of the SAML response is safe. The emulator does not verify its signature.",
			}), nil
		})
}
