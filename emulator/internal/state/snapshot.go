package state

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

// snapshotVersion changes when older snapshots can no longer be read.
const snapshotVersion = 1

// list is a table in a snapshot: a JSON array.
type list struct {
	name string
	// rows returns the rows, each in the form in which it is encoded.
	rows func(*tables) func() ([]any, error)
	// read decodes and puts one row.
	read func(tx *Tx, row jsontext.Value, at jsontext.Pointer) error
}

// inboxList is the list that is not in the member "state".
const inboxList = "inbox"

// lists are all tables of a snapshot, those that others refer to first.
var lists = []list{
	listOf("organizations", "organization_id",
		func(t *tables) *store.Table[Organization] { return t.Organizations }, (*Organization).prepare),
	listOf("members", "member_id",
		func(t *tables) *store.Table[Member] { return t.Members }, (*Member).prepare),
	listOf("registrations", "registration_id",
		func(t *tables) *store.Table[Registration] { return t.Registrations }, (*Registration).prepare),
	listOf("passwords", "member_password_id",
		func(t *tables) *store.Table[Password] { return t.Passwords }, (*Password).prepare),
	listOf("sso_connections", "connection_id",
		func(t *tables) *store.Table[SSOConnection] { return t.SSOConnections }, (*SSOConnection).prepare),
	listOf("sso_flows", "state",
		func(t *tables) *store.Table[SSOFlow] { return t.SSOFlows }, (*SSOFlow).prepare),
	listOf("sso_tokens", "token",
		func(t *tables) *store.Table[SSOToken] { return t.SSOTokens }, (*SSOToken).prepare),
	listOf("sessions", "member_session_id",
		func(t *tables) *store.Table[Session] { return t.Sessions }, (*Session).prepare),
	listOf("intermediate_sessions", "token",
		func(t *tables) *store.Table[Intermediate] { return t.Intermediates }, (*Intermediate).prepare),
	listOf("magic_links", "token",
		func(t *tables) *store.Table[Link] { return t.Links }, (*Link).prepare),
	listOf("passcodes", "member_id, or for discovery email_address,",
		func(t *tables) *store.Table[Passcode] { return t.Passcodes }, (*Passcode).prepare),
	listOf("oauth_flows", "state",
		func(t *tables) *store.Table[OAuthFlow] { return t.OAuthFlows }, (*OAuthFlow).prepare),
	listOf("oauth_tokens", "token",
		func(t *tables) *store.Table[OAuthToken] { return t.OAuthTokens }, (*OAuthToken).prepare),
	listOf("impersonations", "token",
		func(t *tables) *store.Table[Impersonation] { return t.Impersonations }, (*Impersonation).prepare),
	listOf("totps", "member_id",
		func(t *tables) *store.Table[TOTP] { return t.TOTPs }, (*TOTP).prepare),
	listOf("clients", "client_id",
		func(t *tables) *store.Table[Client] { return t.Clients }, (*Client).prepare),
	listOf("connected_apps", "client_id",
		func(t *tables) *store.Table[ConnectedApp] { return t.ConnectedApps }, (*ConnectedApp).prepare),
	listOf("grants", "member_id and connected_app_id",
		func(t *tables) *store.Table[Grant] { return t.Grants }, (*Grant).prepare),
	listOf("authorizations", "authorization_id",
		func(t *tables) *store.Table[Authorization] { return t.Authorizations }, (*Authorization).prepare),
	listOf("app_tokens", "token",
		func(t *tables) *store.Table[AppToken] { return t.AppTokens }, (*AppToken).prepare),
	listOf("scopes", "scope",
		func(t *tables) *store.Table[Scope] { return t.Scopes }, prepareScope),
	listOf("scim_connections", "connection_id",
		func(t *tables) *store.Table[SCIMConnection] { return t.SCIMConnections }, (*SCIMConnection).prepare),
	listOf("scim_users", "registration_id",
		func(t *tables) *store.Table[SCIMUser] { return t.SCIMUsers }, (*SCIMUser).prepare),
	listOf("scim_groups", "group_id",
		func(t *tables) *store.Table[SCIMGroup] { return t.SCIMGroups }, (*SCIMGroup).prepare),
	listOf("scim_memberships", "group_id or registration_id",
		func(t *tables) *store.Table[SCIMMembership] { return t.SCIMMemberships }, (*SCIMMembership).prepare),
	listOf("roles", "role_id",
		func(t *tables) *store.Table[Role] { return t.Roles }, prepareRole),
	keyList,
	listOf("settings", "settings",
		func(t *tables) *store.Table[Settings] { return t.settings }, (*Settings).prepare),
	listOf("used_tokens", "hash",
		func(t *tables) *store.Table[UsedToken] { return t.usedTokens }, (*UsedToken).prepare),
	listOf(inboxList, "id",
		func(t *tables) *store.Table[Message] { return t.Messages }, (*Message).prepare),
}

// listOf is the list of a table, of which key is what no two rows share. prepare checks a row that was decoded, and
// fills in what may be left out.
func listOf[R any](
	name, key string, table func(*tables) *store.Table[R], prepare func(*R, *Tx) error,
) list {
	return list{
		name: name,
		rows: func(t *tables) func() ([]any, error) {
			rows := table(t).Rows()
			return func() ([]any, error) {
				encoded := make([]any, len(rows))
				for i, row := range rows {
					encoded[i] = row
				}
				return encoded, nil
			}
		},
		read: func(tx *Tx, data jsontext.Value, at jsontext.Pointer) error {
			row := new(R)
			if err := decodeRow(data, row, at); err != nil {
				return err
			}
			if err := checkRow(name, row); err != nil {
				return err
			}
			if err := prepare(row, tx); err != nil {
				return err
			}
			t := table(&tx.tables)
			if conflict, is := errors.AsType[*store.ConflictError](t.Conflict(row)); is && conflict.Index == "" {
				return fmt.Errorf("%s is empty", key)
			} else if is {
				return fmt.Errorf("%s is another row's too", conflict.Index)
			}
			if t.Has(row) {
				return fmt.Errorf("%s is another row's too", key)
			}
			before := t.Len()
			if t.Put(row); t.Len() <= before {
				return errors.New("with the rows before it, it is more than is kept")
			}
			return nil
		},
	}
}

var keyList = list{
	name: "keys",
	rows: func(t *tables) func() ([]any, error) {
		rows := t.Keys.Rows()
		return func() ([]any, error) {
			var encoded []any
			for _, k := range rows {
				row, err := k.snapshot()
				if err != nil {
					return nil, err
				}
				encoded = append(encoded, row)
			}
			return encoded, nil
		}
	},
	read: func(tx *Tx, data jsontext.Value, at jsontext.Pointer) error {
		var row keyJSON
		if err := decodeRow(data, &row, at); err != nil {
			return err
		}
		if err := checkRow("keys", &row); err != nil {
			return err
		}
		k, err := row.parse()
		switch {
		case err != nil:
			return err
		case !IsName(k.KID):
			return errors.New("kid is empty or too long")
		case tx.Keys.Has(k):
			return errors.New("kid is another row's too")
		}
		tx.Keys.Put(k)
		return nil
	},
}

func decodeRow(data jsontext.Value, row any, at jsontext.Pointer) error {
	switch {
	case data.Kind() == jsontext.KindNull:
		return errors.New("it is null")
	case len(data) > maxRecord:
		return fmt.Errorf("it is larger than %d bytes", maxRecord)
	}
	if field := strict.DeepField(data, MaxDepth); field != "" {
		return fmt.Errorf("%s is nested deeper than %d levels", field, MaxDepth)
	}
	err := json.Unmarshal(data, row, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	return &fieldError{strict.Explain(err, at)}
}

// fieldError is an error that names its field.
type fieldError struct{ error }

// Write writes the state as JSON: a snapshot, private keys and tokens included. Transactions go on meanwhile.
func (s *State) Write(w io.Writer) error {
	taken := map[string]func() ([]any, error){}
	_ = s.db.Do(func() error {
		for _, l := range lists {
			taken[l.name] = l.rows(&s.tables)
		}
		return nil
	})
	enc := jsontext.NewEncoder(w)
	e := &encoding{enc: enc}
	e.token(jsontext.BeginObject)
	e.token(jsontext.String("version"))
	e.token(jsontext.Int(snapshotVersion))
	e.token(jsontext.String("state"))
	e.token(jsontext.BeginObject)
	for _, l := range lists {
		if l.name == inboxList {
			e.token(jsontext.EndObject)
		}
		e.list(l.name, taken[l.name])
	}
	e.token(jsontext.EndObject)
	return e.err
}

// encoding writes JSON until it fails.
type encoding struct {
	enc *jsontext.Encoder
	err error
}

func (e *encoding) token(t jsontext.Token) {
	if e.err == nil {
		e.err = e.enc.WriteToken(t)
	}
}

func (e *encoding) list(name string, rows func() ([]any, error)) {
	e.token(jsontext.String(name))
	e.token(jsontext.BeginArray)
	encoded, err := rows()
	if e.err == nil {
		e.err = err
	}
	for _, row := range encoded {
		if e.err == nil {
			e.err = json.MarshalEncode(e.enc, row, json.Deterministic(true))
		}
	}
	e.token(jsontext.EndArray)
}
