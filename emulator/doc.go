// Package emulator is an offline Stytch: an http.Handler that plays the API with state, a clock that can be moved, an
// inbox in place of e-mail and text messages, and faults on request. It needs no account and no network.
//
//	em, err := emulator.New(emulator.Config{})
//	server := httptest.NewServer(em)
//	project := em.Project()
//	client, err := stytch.NewClient(stytch.Config{
//		ProjectID: project.ID(), Secret: project.Secret(), BaseURL: server.URL,
//	})
//
// In tests, package stytchtest does all of that in one line; cmd/stytch-emulator is the same as a program. Which
// operations are built, and how exactly, is in docs/COVERAGE.md; one that is not built answers 501 with the error type
// emulator_not_implemented.
//
// An Emulator is for development and tests. It keeps secrets in memory, prints them in snapshots, and its control
// endpoints under /_emulator/ ask for no password: do not put it on a public address.
package emulator
