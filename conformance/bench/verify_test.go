package bench_test

import (
	"context"
	"testing"
	"time"

	"github.com/stytchauth/stytch-go/v16/stytch/b2b/b2bstytchapi"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/minttest"
)

// verifications returns the local verification of one session JWT by each SDK, with keys that are fetched already. They
// return the member's id.
func verifications(tb testing.TB) (byOurs, byTheirs func() (string, error)) {
	tb.Helper()
	key := minttest.NewKey("jwk-test-1")
	api := minttest.NewAPI(key)
	text := key.Sign(minttest.MemberSession(time.Now()))
	ours := ourClient(tb, testBase, api.Client())
	theirs := officialClient(tb, testBase, b2bstytchapi.WithHTTPClient(api.Client()))
	request := &sessions.AuthenticateJWTLocalRequest{SessionJWT: text}
	return func() (string, error) {
			session, err := ours.B2B.Sessions.AuthenticateJWTLocal(context.Background(), request)
			if err != nil {
				return "", err
			}
			return session.MemberID, nil
		}, func() (string, error) {
			session, err := theirs.Sessions.AuthenticateJWTLocal(context.Background(), text, time.Hour, nil)
			if err != nil {
				return "", err
			}
			return session.MemberID, nil
		}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	ours, theirs := verifications(t)
	requireSame(t, minttest.Member, ours, theirs)
}

// BenchmarkVerify has the target x-official at most 0.57.
func BenchmarkVerify(b *testing.B) {
	ours, theirs := variants(b, verifications)
	benchtest.Run(b, ours, theirs)
}
