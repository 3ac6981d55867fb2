package flows_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// machine creates an M2M client with scopes.
func (h *harness) machine(change func(*clients.CreateRequest)) m2m.M2MClientWithClientSecret {
	h.t.Helper()
	req := &clients.CreateRequest{Scopes: []string{"read:users", "write:books"}}
	if change != nil {
		change(req)
	}
	created, err := h.api.B2B.M2M.Clients.Create(h.t.Context(), req)
	require.NoError(h.t, err)
	return created.M2MClient
}

func (h *harness) getMachine(id string) (*m2m.M2MClient, error) {
	h.t.Helper()
	resp, err := h.api.B2C.M2M.Clients.Get(h.t.Context(), &clients.GetRequest{ClientID: id})
	if err != nil {
		return nil, err
	}
	return &resp.M2MClient, nil
}

func TestM2MClients_createStoresWhatIsGivenButTheSecret(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	plain := h.machine(func(r *clients.CreateRequest) { r.Scopes, r.ClientID, r.ClientSecret = []string{}, new(""), new("") })
	assert.Regexp(t, `^m2m-client-test-[0-9a-f-]{36}$`, plain.ClientID)
	assert.Regexp(t, `^[A-Za-z0-9_-]{44}$`, plain.ClientSecret)
	assert.Equal(t, plain.ClientSecret[40:], plain.ClientSecretLastFour)
	assert.Equal(t, m2m.M2MClientStatusActive, plain.Status)
	assert.Empty(t, plain.Scopes)

	chosen := h.machine(func(r *clients.CreateRequest) {
		r.ClientID, r.ClientSecret, r.ClientName = new("billing|1"), new("12345abc"), new("Billing")
		r.ClientDescription, r.TrustedMetadata = new("Sends bills."), shared.Object{"team": "a", "gone": nil}
	})
	want := m2m.M2MClient{
		ClientID: "billing|1", ClientName: "Billing", ClientDescription: "Sends bills.", Status: m2m.M2MClientStatusActive,
		Scopes: []string{"read:users", "write:books"}, ClientSecretLastFour: "5abc", TrustedMetadata: shared.Object{"team": "a"},
	}
	assert.Equal(t, m2m.M2MClientWithClientSecret{
		ClientID: want.ClientID, ClientSecret: "12345abc", ClientName: want.ClientName, ClientDescription: want.ClientDescription,
		Status: want.Status, Scopes: want.Scopes, ClientSecretLastFour: want.ClientSecretLastFour, TrustedMetadata: want.TrustedMetadata,
	}, chosen)
	got, err := h.getMachine("billing|1")
	require.NoError(t, err)
	assert.Equal(t, &want, got, "both products have the clients")
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	assert.NotContains(t, string(snapshot), chosen.ClientSecret, "secrets are not stored")
}

func TestM2MClients_createAcceptsWhatIsInBounds(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	scopes := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = "scope" + strconv.Itoa(i)
		}
		return list
	}
	metadata := func(bytes int) shared.Object { return shared.Object{"k": strings.Repeat("x", bytes-len(`{"k":""}`))} }
	long := strings.Repeat("x", 128)
	h.machine(func(r *clients.CreateRequest) {
		r.ClientID, r.ClientSecret = new(long), new(strings.Repeat("abcde ~!", 16))
		r.ClientName, r.ClientDescription = new(strings.Repeat("\U0001f600", 128)), new(strings.Repeat("x", 4096))
		r.Scopes, r.TrustedMetadata = scopes(1000), metadata(4096)
		r.Scopes[0], r.Scopes[1] = long, `!#$%&'()*+,-./09:;<=>?@AZ[]^_az{|}~`
	})
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(snapshot), "what calls accept, snapshots may have")

	for name, row := range map[string]struct {
		code   stytcherror.Code
		change func(*clients.CreateRequest)
	}{
		"a known id":                {stytcherror.CodeDuplicateM2MClientID, func(r *clients.CreateRequest) { r.ClientID = &long }},
		"an id with a space":        {stytcherror.CodeM2MClientInvalidClientID, func(r *clients.CreateRequest) { r.ClientID = new("a b") }},
		"a long id":                 {stytcherror.CodeM2MClientInvalidClientID, func(r *clients.CreateRequest) { r.ClientID = new(long + "x") }},
		"an id of a live client":    {stytcherror.CodeLiveIDUsedInTestEnvironment, func(r *clients.CreateRequest) { r.ClientID = new("m2m-client-live-1") }},
		"a secret of seven letters": {stytcherror.CodeInsecureM2MClientSecret, func(r *clients.CreateRequest) { r.ClientSecret = new("abcdefg") }},
		"a secret of four letters":  {stytcherror.CodeInsecureM2MClientSecret, func(r *clients.CreateRequest) { r.ClientSecret = new("abcdabcdabcd") }},
		"a secret with an umlaut":   {stytcherror.CodeM2MClientInvalidClientSecret, func(r *clients.CreateRequest) { r.ClientSecret = new("abcdefgä") }},
		"a long secret":             {stytcherror.CodeClientSecretTooLong, func(r *clients.CreateRequest) { r.ClientSecret = new(strings.Repeat("abcdefgh", 16) + "i") }},
		"a long name":               {stytcherror.CodeM2MClientInvalidClientName, func(r *clients.CreateRequest) { r.ClientName = new(long + "x") }},
		"a long description": {stytcherror.CodeM2MClientInvalidClientDescription, func(r *clients.CreateRequest) {
			r.ClientDescription = new(strings.Repeat("x", 4097))
		}},
		"many scopes":          {stytcherror.CodeTooManyM2MClientScopes, func(r *clients.CreateRequest) { r.Scopes = scopes(1001) }},
		"an empty scope":       {stytcherror.CodeInvalidM2MClientScope, func(r *clients.CreateRequest) { r.Scopes = []string{""} }},
		"a scope with a space": {stytcherror.CodeInvalidM2MClientScope, func(r *clients.CreateRequest) { r.Scopes = []string{"a b"} }},
		"a scope with a quote": {stytcherror.CodeInvalidM2MClientScope, func(r *clients.CreateRequest) { r.Scopes = []string{`"`} }},
		"a long scope":         {stytcherror.CodeInvalidM2MClientScope, func(r *clients.CreateRequest) { r.Scopes = []string{long + "x"} }},
		"large metadata":       {stytcherror.CodeMetadataTooLarge, func(r *clients.CreateRequest) { r.TrustedMetadata = metadata(4097) }},
	} {
		req := &clients.CreateRequest{Scopes: []string{"a"}}
		row.change(req)
		_, err := h.api.B2B.M2M.Clients.Create(t.Context(), req)
		require.ErrorIs(t, err, row.code, name)
	}
	resp := h.post("/v1/m2m/clients", "application/json", `{"client_name": "a"}`, basic(h.ID(), h.Secret()))
	assert.Equal(t, "bad_request", resp.body["error_type"], "scopes are required, empty or not")
	found, err := h.api.B2B.M2M.Clients.Search(t.Context(), &clients.SearchRequest{})
	require.NoError(t, err)
	assert.Len(t, found.M2MClients, 1, "a refusal creates nothing")
}

func TestM2MClients_updateChangesWhatIsGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(func(r *clients.CreateRequest) { r.TrustedMetadata = shared.Object{"a": "1", "b": "2"} })
	update := func(req *clients.UpdateRequest) (*m2m.M2MClient, error) {
		req.ClientID = c.ClientID
		resp, err := h.api.B2B.M2M.Clients.Update(t.Context(), req)
		if err != nil {
			return nil, err
		}
		return &resp.M2MClient, nil
	}
	before, err := h.getMachine(c.ClientID)
	require.NoError(t, err)
	same, err := update(&clients.UpdateRequest{})
	require.NoError(t, err)
	assert.Equal(t, before, same, "what is omitted stays")

	changed, err := update(&clients.UpdateRequest{
		ClientName: new("Name"), ClientDescription: new("Description"), Status: new(m2m.M2MClientStatusInactive),
		Scopes: []string{"read:users"}, TrustedMetadata: shared.Object{"a": nil, "c": "3"},
	})
	require.NoError(t, err)
	assert.Equal(t, &m2m.M2MClient{
		ClientID: c.ClientID, ClientName: "Name", ClientDescription: "Description", Status: m2m.M2MClientStatusInactive,
		Scopes: []string{"read:users"}, ClientSecretLastFour: c.ClientSecretLastFour, TrustedMetadata: shared.Object{"b": "2", "c": "3"},
	}, changed)
	got, err := h.getMachine(c.ClientID)
	require.NoError(t, err)
	assert.Equal(t, changed, got)
	changed, err = update(&clients.UpdateRequest{ClientName: new(""), Scopes: []string{}})
	require.NoError(t, err)
	assert.Empty(t, changed.ClientName)
	assert.Empty(t, changed.Scopes)

	half := shared.Object{"half": strings.Repeat("x", 2500)}
	_, err = update(&clients.UpdateRequest{TrustedMetadata: half})
	require.NoError(t, err)
	for code, req := range map[stytcherror.Code]*clients.UpdateRequest{
		stytcherror.CodeM2MClientInvalidClientName:        {ClientName: new(strings.Repeat("x", 129))},
		stytcherror.CodeM2MClientInvalidClientDescription: {ClientDescription: new(strings.Repeat("x", 4097))},
		stytcherror.CodeInvalidM2MClientStatus:            {Status: new(m2m.M2MClientStatus("asleep"))},
		stytcherror.CodeInvalidM2MClientScope:             {Scopes: []string{"a b"}},
		stytcherror.CodeTooManyM2MClientScopes:            {Scopes: make([]string, 1001)},
		stytcherror.CodeMetadataTooLarge:                  {TrustedMetadata: shared.Object{"other": half["half"]}},
	} {
		_, err := update(req)
		require.ErrorIs(t, err, code)
	}
	_, err = h.api.B2B.M2M.Clients.Update(t.Context(), &clients.UpdateRequest{ClientID: "nobody", Scopes: []string{"a b"}})
	require.ErrorIs(t, err, stytcherror.CodeInvalidM2MClientScope)
}

func TestM2MClients_unknownIDsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for id, code := range map[string]stytcherror.Code{
		"nobody":            stytcherror.CodeM2MClientNotFound,
		"no body":           stytcherror.CodeM2MClientInvalidClientID,
		"m2m-client-live-1": stytcherror.CodeLiveIDUsedInTestEnvironment,
	} {
		_, err := h.getMachine(id)
		require.ErrorIs(t, err, code)
		_, err = h.api.B2B.M2M.Clients.Update(t.Context(), &clients.UpdateRequest{ClientID: id})
		require.ErrorIs(t, err, code)
		_, err = h.api.B2B.M2M.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: id})
		require.ErrorIs(t, err, code)
	}
}

func TestM2MClients_deletedIDIsFree(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c, other := h.machine(nil), h.machine(nil)
	resp, err := h.api.B2B.M2M.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: c.ClientID})
	require.NoError(t, err)
	assert.Equal(t, c.ClientID, resp.ClientID)
	_, err = h.getMachine(c.ClientID)
	require.ErrorIs(t, err, stytcherror.CodeM2MClientNotFound)
	_, err = h.getMachine(other.ClientID)
	require.NoError(t, err)
	_, err = h.api.B2B.M2M.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: c.ClientID})
	require.ErrorIs(t, err, stytcherror.CodeM2MClientNotFound)
	h.machine(func(r *clients.CreateRequest) { r.ClientID = &c.ClientID })
}

func TestM2MClients_searchByEachFilter(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for id, scopes := range map[string][]string{"a": {"s1"}, "b": {"s1", "s2"}, "c": {"s2"}, "d": {}} {
		h.machine(func(r *clients.CreateRequest) { r.ClientID, r.ClientName, r.Scopes = &id, new("Client "+id), scopes })
	}
	_, err := h.api.B2B.M2M.Clients.Update(t.Context(),
		&clients.UpdateRequest{ClientID: "c", Status: new(m2m.M2MClientStatusInactive)})
	require.NoError(t, err)
	find := func(operator shared.SearchOperator, operands ...m2m.M2MSearchQueryOperand) []string {
		t.Helper()
		resp, err := h.api.B2B.M2M.Clients.Search(t.Context(),
			&clients.SearchRequest{Query: &m2m.M2MSearchQuery{Operator: operator, Operands: operands}})
		require.NoError(t, err)
		ids := []string{}
		for _, c := range resp.M2MClients {
			ids = append(ids, c.ClientID)
		}
		assert.Equal(t, len(ids), resp.ResultsMetadata.Total)
		return ids
	}
	const and, or = shared.SearchOperatorAnd, shared.SearchOperatorOr
	assert.ElementsMatch(t, []string{"a", "b", "c", "d"}, find(and))
	assert.ElementsMatch(t, []string{"a", "b", "c", "d"}, find(or))
	assert.ElementsMatch(t, []string{"a", "c"}, find(and, clients.FilterID("a", "c", "nobody")))
	assert.ElementsMatch(t, []string{"b"}, find(and, clients.FilterName("Client b", "client a")), "the whole name, and its case")
	assert.ElementsMatch(t, []string{"b", "c"}, find(and, clients.FilterScopes("s2", "s3")))
	assert.Empty(t, find(and, clients.FilterScopes()))
	assert.ElementsMatch(t, []string{"b"}, find(and, clients.FilterScopes("s1"), clients.FilterScopes("s2")))
	assert.ElementsMatch(t, []string{"a", "b", "d"}, find(or, clients.FilterScopes("s1"), clients.FilterID("d")))

	seen := 0
	for _, err := range h.api.B2B.M2M.Clients.SearchAll(t.Context(), &clients.SearchRequest{Limit: new(3)}) {
		require.NoError(t, err)
		seen++
	}
	assert.Equal(t, 4, seen)
	page, err := h.api.B2B.M2M.Clients.Search(t.Context(), &clients.SearchRequest{Limit: new(3)})
	require.NoError(t, err)
	assert.Len(t, page.M2MClients, 3)
	assert.Equal(t, 4, page.ResultsMetadata.Total)

	for code, operand := range map[stytcherror.Code]m2m.M2MSearchQueryOperand{
		stytcherror.CodeM2MSearchFilterNameNotRecognized: {FilterName: "client_ids", FilterValue: []string{"a"}},
		stytcherror.CodeM2MSearchMissingFilterName:       {FilterValue: []string{"a"}},
		stytcherror.CodeM2MSearchMissingFilterValue:      {FilterName: "client_id"},
		stytcherror.CodeM2MSearchExpectedArrayOfStrings:  {FilterName: "client_id", FilterValue: "a"},
	} {
		_, err := h.api.B2B.M2M.Clients.Search(t.Context(), &clients.SearchRequest{
			Query: &m2m.M2MSearchQuery{Operator: and, Operands: []m2m.M2MSearchQueryOperand{operand}},
		})
		require.ErrorIs(t, err, code)
	}
	for _, req := range []*clients.SearchRequest{
		{Limit: new(-1)}, {Limit: new(1001)}, {Cursor: new("!")}, {Query: &m2m.M2MSearchQuery{Operator: "NOT"}},
	} {
		_, err := h.api.B2B.M2M.Clients.Search(t.Context(), req)
		require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	}
}
