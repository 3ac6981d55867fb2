package bench_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stytchauth/stytch-go/v16/stytch/b2b/b2bstytchapi"
	official "github.com/stytchauth/stytch-go/v16/stytch/b2b/discovery/intermediatesessions"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/minttest"
)

const intermediateToken = "SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4="

// exchanges returns one call with each client. They return the e-mail address of the member.
func exchanges(ours *stytch.Client, theirs *b2bstytchapi.API) (byOurs, byTheirs func() (string, error)) {
	request := &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: intermediateToken, OrganizationID: minttest.Organization,
		SessionDurationMinutes: new(60),
	}
	params := &official.ExchangeParams{
		IntermediateSessionToken: intermediateToken, OrganizationID: minttest.Organization, SessionDurationMinutes: 60,
	}
	return func() (string, error) {
			resp, err := ours.B2B.Discovery.IntermediateSessions.Exchange(context.Background(), request)
			if err != nil {
				return "", err
			}
			return resp.Member.EmailAddress, nil
		}, func() (string, error) {
			resp, err := theirs.Discovery.IntermediateSessions.Exchange(context.Background(), params)
			if err != nil {
				return "", err
			}
			return resp.Member.EmailAddress, nil
		}
}

// exchangesInMemory returns them with responses from memory.
func exchangesInMemory(tb testing.TB) (byOurs, byTheirs func() (string, error)) {
	tb.Helper()
	body := exchangeAnswer(tb)
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		_, err := io.Copy(io.Discard, r.Body)
		return answer(r, body), err
	})}
	return exchanges(ourClient(tb, testBase, client), officialClient(tb, testBase,
		b2bstytchapi.WithHTTPClient(client), b2bstytchapi.WithSkipJWKSInitialization()))
}

func TestExchange(t *testing.T) {
	t.Parallel()
	ours, theirs := exchangesInMemory(t)
	requireSame(t, "ada.lovelace@analytical-engines.example", ours, theirs)
}

// BenchmarkExchange has the target x-official at most 0.45. BenchmarkExchange_inMemory in
// b2b/discovery/intermediatesessions compares the same call with one written by hand.
func BenchmarkExchange(b *testing.B) {
	ours, theirs := variants(b, exchangesInMemory)
	benchtest.Run(b, ours, theirs)
}
