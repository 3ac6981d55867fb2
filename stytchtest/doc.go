// Package stytchtest is for tests of programs that use the SDK: an emulator of the Stytch API with a client that calls
// it, tokens for every outcome of verification, and responses that the test sets.
//
//	func TestLogin(t *testing.T) {
//		server := stytchtest.New(t)
//		ada := server.LogIn("ada@example.com", stytchtest.WithRoles("editor"))
//		handler := newHandler(server.Client()) // the code under test
//		// ... send it ada.Bearer(httptest.NewRequest("GET", "/", nil)), then:
//		server.Clock().Advance(6 * time.Minute) // the JWT expires
//	}
//
// [New] makes a [Server] for a test, [NewServer] one without a test, for programs, examples and TestMain. A method of
// the Server that fails ends the test by Fatalf, so it must be called from the test's goroutine. Without a test it
// panics, with an error that wraps the cause.
//
// Calls do not leave the process, so that they work under testing/synctest. Only [Server.URL] opens a port, for other
// programs and other HTTP clients.
//
// A Server's clients use its clock: when [emulator.Clock.Advance] moves it, sessions, links and JWTs expire for the API
// and for local verification alike.
package stytchtest
