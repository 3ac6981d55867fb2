// Package project has the rules of the operations that both products have: a file for each service.
//
// The name that matters is [Routes].
package project

import (
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
)

// Routes are the operations that are implemented.
func Routes() []engine.Route {
	return slices.Concat(
		clientRoutes(), clientSecretRoutes(), tokenRoutes(), appRoutes(), appSecretRoutes(), introspectionRoutes(),
		userInfoRoutes(), metadataRoutes(), registrationRoutes(), keyRoutes(), debugRoutes(), metricRoutes(),
		samlShieldRoutes(),
	)
}
