// Package shared holds what all services use: the options of a call, the settings that services are made with, and
// types that do not belong to one service.
//
//	resp, err := client.B2B.RBAC.Policy(ctx, nil,
//		shared.WithTimeout(2*time.Second),
//		shared.WithHeader("X-Request-Id", id))
package shared
