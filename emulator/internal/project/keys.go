package project

import (
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
)

func keyRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BSessionsGetJWKS, getB2BKeys),
		engine.Handle(ops.B2CSessionsGetJWKS, getB2CKeys),
	}
}

// getB2BKeys publishes the keys that verify the project's JWTs.
func getB2BKeys(tx *engine.Tx, req *b2bsessions.GetJWKSRequest) (*b2bsessions.GetJWKSResponse, error) {
	if req.ProjectID != tx.ProjectID {
		return nil, ops.ErrProjectNotFound
	}
	resp := &b2bsessions.GetJWKSResponse{}
	for _, k := range sign.Keys(tx.Tx) {
		tx.Later(func() error {
			jwk, err := sign.JWK(k)
			resp.Keys = append(resp.Keys, jwk)
			return err
		})
	}
	return resp, nil
}

// getB2CKeys publishes the same keys under the path of the consumer product.
func getB2CKeys(tx *engine.Tx, req *b2csessions.GetJWKSRequest) (*b2csessions.GetJWKSResponse, error) {
	resp, err := getB2BKeys(tx, &b2bsessions.GetJWKSRequest{ProjectID: req.ProjectID})
	return (*b2csessions.GetJWKSResponse)(resp), err
}
