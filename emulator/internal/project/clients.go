package project

import (
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func clientRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.M2MClientsCreate, createClient),
		engine.Handle(ops.M2MClientsGet, getClient),
		engine.Handle(ops.M2MClientsUpdate, updateClient),
		engine.Handle(ops.M2MClientsDelete, deleteClient),
		engine.Handle(ops.M2MClientsSearch, searchClients),
	}
}

// createClient creates an active client. Its response is the only one with the secret.
func createClient(tx *engine.Tx, req *clients.CreateRequest) (*clients.CreateResponse, error) {
	c := &state.Client{CreatedAt: tx.Now}
	c.ClientID, c.Status = tx.ID(clientKind), m2m.M2MClientStatusActive
	if state.Given(req.ClientID) {
		c.ClientID = *req.ClientID
	}
	secret := tx.Token()
	if state.Given(req.ClientSecret) {
		secret = *req.ClientSecret
		if err := checkSecret(secret); err != nil {
			return nil, err
		}
	}
	state.Set(&c.ClientName, req.ClientName)
	state.Set(&c.ClientDescription, req.ClientDescription)
	c.Scopes, c.TrustedMetadata = req.Scopes, state.MergeMetadata(nil, req.TrustedMetadata)
	c.SetSecret(secret, &c.ClientSecretLastFour)
	if req.Scopes == nil {
		return nil, ops.ErrBadRequest.Because("The parameter scopes is missing.")
	}
	if err := checkClientID(c.ClientID); err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	if tx.Clients.Get(c.ClientID) != nil || tx.ConnectedApps.Get(c.ClientID) != nil {
		return nil, ops.ErrDuplicateM2MClientID
	}
	tx.Clients.Put(c)
	return &clients.CreateResponse{M2MClient: m2m.M2MClientWithClientSecret{
		ClientID: c.ClientID, ClientSecret: secret, ClientName: c.ClientName, ClientDescription: c.ClientDescription,
		Status: c.Status, Scopes: c.Scopes, ClientSecretLastFour: c.ClientSecretLastFour,
		TrustedMetadata: c.TrustedMetadata,
	}}, nil
}

func getClient(tx *engine.Tx, req *clients.GetRequest) (*clients.GetResponse, error) {
	c, err := findClient(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	return &clients.GetResponse{M2MClient: c.M2MClient}, nil
}

// updateClient changes what is given. Tokens that were issued stay as they are.
func updateClient(tx *engine.Tx, req *clients.UpdateRequest) (*clients.UpdateResponse, error) {
	// What is malformed is refused before the client is looked up.
	if _, err := updatedClient(&state.Client{M2MClient: m2m.M2MClient{
		ClientID: req.ClientID, Status: m2m.M2MClientStatusActive,
	}}, req); err != nil {
		return nil, err
	}
	c, err := findClient(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	if c, err = updatedClient(c, req); err != nil {
		return nil, err
	}
	tx.Clients.Put(c)
	return &clients.UpdateResponse{M2MClient: c.M2MClient}, nil
}

// updatedClient returns a copy of a client with what a request changes.
func updatedClient(c *state.Client, req *clients.UpdateRequest) (*state.Client, error) {
	changed := *c
	state.Set(&changed.ClientName, req.ClientName)
	state.Set(&changed.ClientDescription, req.ClientDescription)
	state.Set(&changed.Status, req.Status)
	if req.Scopes != nil {
		changed.Scopes = req.Scopes
	}
	changed.TrustedMetadata = state.MergeMetadata(c.TrustedMetadata, req.TrustedMetadata)
	return &changed, changed.Check()
}

// deleteClient deletes a client. Tokens that were issued stay valid until they expire.
func deleteClient(tx *engine.Tx, req *clients.DeleteRequest) (*clients.DeleteResponse, error) {
	c, err := findClient(tx, req.ClientID)
	if err != nil {
		return nil, err
	}
	tx.Clients.Delete(c.ClientID)
	return &clients.DeleteResponse{ClientID: c.ClientID}, nil
}

// clientKind is how the id of a client begins that the API has chosen.
const clientKind = "m2m-client"

func findClient(tx *engine.Tx, id string) (*state.Client, error) {
	if err := checkClientID(id); err != nil {
		return nil, err
	}
	if c := tx.Clients.Get(id); c != nil {
		return c, nil
	}
	return nil, ops.ErrM2MClientNotFound
}

// checkClientID refuses what no client's id can be.
func checkClientID(id string) error {
	if !state.IDForm.MatchString(id) {
		return ops.ErrM2MClientInvalidClientID
	}
	return login.CheckTestID(clientKind, id)
}

// searchForClients is what clients can be searched by.
var searchForClients = engine.Search[state.Client]{
	Filters: map[string]engine.Filter[state.Client]{
		"client_id":   {Strings: engine.Text(func(c *state.Client) string { return c.ClientID })},
		"client_name": {Strings: engine.Text(func(c *state.Client) string { return c.ClientName })},
		"scopes":      {Strings: engine.Texts(func(c *state.Client) []string { return c.Scopes })},
	},
	Errors: engine.SearchErrors{
		NotRecognized: ops.ErrM2MSearchFilterNameNotRecognized, NoName: ops.ErrM2MSearchMissingFilterName,
		NoValue: ops.ErrM2MSearchMissingFilterValue, ExpectedStrings: ops.ErrM2MSearchExpectedArrayOfStrings,
	},
}

// searchClients finds inactive clients too.
func searchClients(tx *engine.Tx, req *clients.SearchRequest) (*clients.SearchResponse, error) {
	q := engine.Query{Cursor: req.Cursor, Limit: req.Limit}
	if req.Query != nil {
		q.Operator = req.Query.Operator
		for _, o := range req.Query.Operands {
			q.Operands = append(q.Operands, engine.Operand(o))
		}
	}
	found, meta, err := searchForClients.Page(tx.Clients.All(), q)
	if err != nil {
		return nil, err
	}
	resp := &clients.SearchResponse{ResultsMetadata: meta}
	for _, c := range found {
		resp.M2MClients = append(resp.M2MClients, c.M2MClient)
	}
	return resp, nil
}
