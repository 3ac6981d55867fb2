// Package emulator is an offline Stytch: an http.Handler that implements the API with state, a clock that can be moved,
// an inbox in place of e-mail and text messages, and faults on request. It needs no account and no network.
//
//	em, err := emulator.New(emulator.Config{})
//	server := httptest.NewServer(em)
//	project := em.Project()
//	client, err := stytch.NewClient(stytch.Config{
//		ProjectID: project.ID(), Secret: project.Secret(), BaseURL: server.URL,
//	})
//
// In tests, package stytchtest does all of that in one line; cmd/stytch-emulator is the same as a program.
// docs/COVERAGE.md lists the operations that are implemented, and how exactly; any other answers 501 with the error
// type emulator_not_implemented.
//
// An Emulator is for development and tests. Its snapshots and logs hold secrets, and its control endpoints under
// /_emulator/ need no credentials: do not put it on a public address. Over the network it answers requests for
// localhost, IP addresses and the names in [Config].Hosts only, so that a web page cannot reach it by DNS rebinding.
package emulator
