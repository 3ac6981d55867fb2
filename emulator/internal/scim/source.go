package scim

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// source is what a resource is made of: rows, which never change, so that it can be made outside of the transaction.
type source interface {
	// baseURL is the URL of the connection.
	baseURL() string
	// own is the resource without the related ones and the version.
	own() object
	// related yields the ids and names of the resources in the attribute that [resourceType.related] is.
	related() iter.Seq2[string, string]
	// size is the number of those.
	size() int
	// equals reports whether the resource is the same as that of another source, which is of the same kind.
	equals(other source) bool
}

// parts are the parts of a resource that take time to make.
type parts struct{ related, version bool }

// make makes a resource of a source.
func (t *resourceType) make(s source, p parts) object {
	doc := s.own()
	if meta, ok := doc["meta"].(object); ok && p.version {
		meta["version"] = version(s, doc)
	}
	if p.related && s.size() > 0 {
		list := make([]any, 0, s.size())
		for id, name := range s.related() {
			list = append(list, object{
				"value": id, "$ref": s.baseURL() + t.relatedEndpoint + "/" + id, "display": name, "type": t.relatedKind,
			})
		}
		doc[t.related.name] = list
	}
	return doc
}

// version is the version of a resource of which own is a part, a weak entity tag (RFC 7644, section 3.14).
func version(s source, own object) string {
	data, _ := json.Marshal(own, json.Deterministic(true)) // what is stored encodes as JSON
	hash := sha256.New()
	_, _ = hash.Write(data)
	for id, name := range s.related() {
		_, _ = io.WriteString(hash, "\n"+id+" "+name)
	}
	return `W/"` + hex.EncodeToString(hash.Sum(nil)[:8]) + `"`
}

// base is the URL of a connection.
type base string

func (b base) baseURL() string { return string(b) }

// describe sets the attributes that the server makes.
func (b base) describe(t *resourceType, doc object, id string, created, modified time.Time) {
	schemas := []any{t.schema}
	if t.extension != "" && doc[t.extension] != nil {
		schemas = append(schemas, t.extension)
	}
	doc["id"], doc["schemas"] = id, schemas
	doc["meta"] = object{
		"resourceType": t.name, "location": b.baseURL() + t.endpoint + "/" + id,
		"created": created.Format(time.RFC3339), "lastModified": modified.Format(time.RFC3339),
	}
}

// userSource is what the resource of a user is made of.
type userSource struct {
	base
	row      *state.SCIMUser
	isActive bool
	groups   []*state.SCIMGroup
}

func (s *userSource) own() object {
	doc := userOf(&s.row.Attributes)
	doc["active"] = s.isActive
	s.describe(userType, doc, s.row.ID, s.row.CreatedAt, s.row.UpdatedAt)
	return doc
}

func (s *userSource) related() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, g := range s.groups {
			if !yield(g.ID, g.DisplayName) {
				return
			}
		}
	}
}

func (s *userSource) size() int { return len(s.groups) }

func (s *userSource) equals(other source) bool {
	o, _ := other.(*userSource)
	return o.row == s.row && o.isActive == s.isActive && slices.Equal(o.groups, s.groups)
}

// groupSource is what the resource of a group is made of.
type groupSource struct {
	base
	row     *state.SCIMGroup
	members []*state.SCIMUser
}

func (s *groupSource) own() object {
	doc := object{"displayName": s.row.DisplayName}
	if s.row.ExternalID != "" {
		doc["externalId"] = s.row.ExternalID
	}
	s.describe(groupType, doc, s.row.ID, s.row.CreatedAt, s.row.UpdatedAt)
	return doc
}

func (s *groupSource) related() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, u := range s.members {
			name := u.Attributes.DisplayName
			if name == "" {
				name = u.Attributes.UserName
			}
			if !yield(u.ID, name) {
				return
			}
		}
	}
}

func (s *groupSource) size() int { return len(s.members) }

func (s *groupSource) equals(other source) bool {
	o, _ := other.(*groupSource)
	return o.row == s.row && slices.Equal(o.members, s.members)
}
