// Package stytchtest is for tests: an emulator of the Stytch API with a client that talks to it, tokens for every case
// of verification, and canned answers.
//
//	func TestLogin(t *testing.T) {
//		server := stytchtest.New(t)
//		ada := server.CreateOrganization("ada@example.com", "Analytical Engines", nil)
//		handler := newHandler(server.Client()) // what is tested
//		// ... send it a request with ada.SessionJWT, then:
//		server.Clock().Advance(6 * time.Minute) // the JWT expires
//	}
//
// [New] ties a [Server] to a test. [NewServer] makes one without, for programs, examples and TestMain. A method that
// cannot do its work fails the test by Fatalf, so it is called from the test's goroutine. Without a test it panics, as
// httptest.NewServer does.
//
// Calls stay in the process, so that all of it works in a bubble of testing/synctest. The first call of [Server.URL]
// opens a port, for other programs and for an HTTP client of one's own.
//
// A Server's clients tell time by its clock: when [emulator.Clock.Advance] moves it, sessions, links and JWTs expire
// for the API and for local verification alike.
package stytchtest
