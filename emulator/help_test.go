package emulator_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is an emulator and the shortest way to what tests need from it.
type world struct {
	*stytchtest.Server
	t   *testing.T
	api *stytch.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()
	server := stytchtest.New(t)
	return &world{Server: server, t: t, api: server.Client()}
}

// prove returns an intermediate session of an address.
func (w *world) prove(email string) *magiclinksdiscovery.AuthenticateResponse {
	w.t.Helper()
	proof, err := w.api.B2B.MagicLinks.Discovery.Authenticate(w.t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: w.MagicLink(email)})
	require.NoError(w.t, err)
	return proof
}

// found creates an organization; change sets what is special about it.
func (w *world) found(
	email string, change func(*discoveryorganizations.CreateRequest),
) *discoveryorganizations.CreateResponse {
	w.t.Helper()
	req := &discoveryorganizations.CreateRequest{IntermediateSessionToken: w.prove(email).IntermediateSessionToken}
	if change != nil {
		change(req)
	}
	created, err := w.api.B2B.Discovery.Organizations.Create(w.t.Context(), req)
	require.NoError(w.t, err)
	return created
}

func (w *world) exchange(ist, org string) (*intermediatesessions.ExchangeResponse, error) {
	w.t.Helper()
	return w.api.B2B.Discovery.IntermediateSessions.Exchange(w.t.Context(),
		&intermediatesessions.ExchangeRequest{IntermediateSessionToken: ist, OrganizationID: org})
}

// admitting makes an organization take in whoever has an address on the domain.
func admitting(domain string) func(*discoveryorganizations.CreateRequest) {
	return func(req *discoveryorganizations.CreateRequest) {
		req.EmailJITProvisioning = new(organizations.EmailJITProvisioningRestricted)
		req.EmailAllowedDomains = []string{domain}
	}
}

// edit changes the project's state through a snapshot, as a seed file would.
func (w *world) edit(change func(state map[string]any)) {
	w.t.Helper()
	data, err := w.Snapshot()
	require.NoError(w.t, err)
	var snapshot map[string]any
	require.NoError(w.t, json.Unmarshal(data, &snapshot))
	change(snapshot["state"].(map[string]any))
	data, err = json.Marshal(snapshot)
	require.NoError(w.t, err)
	require.NoError(w.t, w.Restore(data))
}

// editMember changes one member's stored fields.
func (w *world) editMember(id string, fields map[string]any) {
	w.t.Helper()
	w.edit(func(state map[string]any) { editOne(state["members"], "member_id", id, fields) })
}

// editOrganization changes one organization's stored fields.
func (w *world) editOrganization(id string, fields map[string]any) {
	w.t.Helper()
	w.edit(func(state map[string]any) { editOne(state["organizations"], "organization_id", id, fields) })
}

func editOne(list any, key, id string, fields map[string]any) {
	for _, item := range list.([]any) {
		if object := item.(map[string]any); object[key] == id {
			maps.Copy(object, fields)
		}
	}
}
