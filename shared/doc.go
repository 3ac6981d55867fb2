// Package shared holds the words that every service uses: the options of a call, the settings services are built from,
// and the few types that belong to no service in particular.
//
//	resp, err := client.B2B.RBAC.Policy(ctx, nil,
//		shared.WithTimeout(2*time.Second),
//		shared.WithHeader("X-Request-Id", id))
//
// It imports nothing but the standard library.
package shared
