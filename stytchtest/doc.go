// Package stytchtest is for tests: an emulator of the Stytch API with a client that talks to it, tokens for every case
// of verification, and canned answers.
//
//	func TestLogin(t *testing.T) {
//		server := stytchtest.New(t)
//		client := server.Client()
//		// ... send a magic link, then:
//		token := server.WaitMessage("ada@example.com").Token
//		server.Clock().Advance(11 * time.Minute)
//	}
//
// [New] ties a [Server] to a test and [NewServer] makes one without, for programs, examples and TestMain. What a
// method of a Server cannot do fails the test; without a test it panics, as httptest.NewServer does. A test's
// methods are called from the goroutine that runs the test, as those of [testing.TB] are.
//
// Calls do not leave the process, so all of it works in a bubble of testing/synctest. The first call of [Server.URL]
// opens a port, for clients in other languages and for an HTTP client of one's own.
//
// A Server's clients tell time by its clock: when [emulator.Clock.Advance] moves it, sessions, links and JWTs expire
// on both sides.
package stytchtest
