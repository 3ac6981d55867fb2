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
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// harness is an emulator, with helpers for what many tests do.
type harness struct {
	*stytchtest.Server
	t   *testing.T
	api *stytch.Client
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	server := stytchtest.New(t)
	return &harness{Server: server, t: t, api: server.Client()}
}

// followLink authenticates a magic link that was sent to an address.
func (h *harness) followLink(email string) *magiclinksdiscovery.AuthenticateResponse {
	h.t.Helper()
	proof, err := h.api.B2B.MagicLinks.Discovery.Authenticate(h.t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: h.MagicLink(email)})
	require.NoError(h.t, err)
	return proof
}

// create creates an organization with a default name. change, if not nil, edits the request.
func (h *harness) create(
	email string, change func(*discoveryorganizations.CreateRequest),
) *discoveryorganizations.CreateResponse {
	h.t.Helper()
	req := &discoveryorganizations.CreateRequest{IntermediateSessionToken: h.IntermediateSession(email)}
	if change != nil {
		change(req)
	}
	created, err := h.api.B2B.Discovery.Organizations.Create(h.t.Context(), req)
	require.NoError(h.t, err)
	return created
}

// exchange logs in to an organization with an intermediate session.
func (h *harness) exchange(ist, org string) (*intermediatesessions.ExchangeResponse, error) {
	h.t.Helper()
	return h.api.B2B.Discovery.IntermediateSessions.Exchange(h.t.Context(),
		&intermediatesessions.ExchangeRequest{IntermediateSessionToken: ist, OrganizationID: org})
}

// allowing turns on JIT provisioning for addresses on a domain.
func allowing(domain string) func(*discoveryorganizations.CreateRequest) {
	return func(req *discoveryorganizations.CreateRequest) {
		req.EmailJITProvisioning = new(organizations.EmailJITProvisioningRestricted)
		req.EmailAllowedDomains = []string{domain}
	}
}

// edit changes the project's state through a snapshot.
func (h *harness) edit(change func(state map[string]any)) {
	h.t.Helper()
	data, err := h.Snapshot()
	require.NoError(h.t, err)
	var snapshot map[string]any
	require.NoError(h.t, json.Unmarshal(data, &snapshot))
	change(snapshot["state"].(map[string]any))
	data, err = json.Marshal(snapshot)
	require.NoError(h.t, err)
	require.NoError(h.t, h.Restore(data))
}

// editMember changes one member's stored fields.
func (h *harness) editMember(id string, fields map[string]any) {
	h.t.Helper()
	h.edit(func(state map[string]any) { editOne(state["members"], "member_id", id, fields) })
}

// editOrganization changes one organization's stored fields.
func (h *harness) editOrganization(id string, fields map[string]any) {
	h.t.Helper()
	h.edit(func(state map[string]any) { editOne(state["organizations"], "organization_id", id, fields) })
}

// editOne sets fields of the object in a list whose key is the id.
func editOne(list any, key, id string, fields map[string]any) {
	for _, item := range list.([]any) {
		if object := item.(map[string]any); object[key] == id {
			maps.Copy(object, fields)
		}
	}
}

// authenticate authenticates a session.
func (h *harness) authenticate(req *sessions.AuthenticateRequest) (*sessions.AuthenticateResponse, error) {
	return h.api.B2B.Sessions.Authenticate(h.t.Context(), req)
}
