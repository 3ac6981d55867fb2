package project

import (
	"github.com/seed75add069/stytch-go/b2c/debug"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

func debugRoutes() []engine.Route {
	return []engine.Route{engine.Handle(ops.DebugWhoami, whoami)}
}

// projectName is the name of every project. One of the API has the name that was chosen in the dashboard.
const projectName = "Emulator"

func whoami(tx *engine.Tx, _ *debug.WhoamiRequest) (*debug.WhoamiResponse, error) {
	return &debug.WhoamiResponse{ProjectID: tx.ProjectID, Name: projectName}, nil
}
