package scim

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// maxMembers bounds the members of a group.
const maxMembers = 10_000

// group is what the resource of a group is made of.
func (r *request) group(g *state.SCIMGroup) source {
	return &groupSource{r.base(), g, r.SCIMMembers(g.ID)}
}

// findGroup finds the group that a path names.
func (r *request) findGroup() (*state.SCIMGroup, error) {
	id := r.Param("id")
	if g := r.SCIMGroups.Get(id); g != nil && g.ConnectionID == r.connection.ConnectionID {
		return g, nil
	}
	return nil, notFound(groupType.name, id)
}

// foundGroup is what the resource of the group that a path names is made of.
func (r *request) foundGroup() (source, error) {
	g, err := r.findGroup()
	if err != nil {
		return nil, err
	}
	return r.group(g), nil
}

func createGroup(r *request) (*engine.Reply, error) {
	doc, err := groupType.parse(r.Body())
	if err != nil {
		return nil, err
	}
	g := &state.SCIMGroup{
		ID: r.ID("scim-group"), ConnectionID: r.connection.ConnectionID, CreatedAt: r.Now, UpdatedAt: r.Now,
	}
	if g, err = r.saveGroup(g, doc); err != nil {
		return nil, err
	}
	return r.resource(http.StatusCreated, groupType, r.group(g))
}

func getGroup(r *request) (*engine.Reply, error) {
	s, err := r.foundGroup()
	if err != nil {
		return nil, err
	}
	return r.resource(http.StatusOK, groupType, s)
}

// groupChange changes name, external id and members of groups.
var groupChange = change{groupType, (*request).foundGroup, func(r *request, doc object) (source, error) {
	g, err := r.findGroup()
	if err != nil {
		return nil, err
	}
	if g, err = r.saveGroup(g, doc); err != nil {
		return nil, err
	}
	return r.group(g), nil
}}

// saveGroup puts a group and its members. It returns the row.
func (r *request) saveGroup(old *state.SCIMGroup, doc object) (*state.SCIMGroup, error) {
	g := *old
	g.DisplayName, g.ExternalID = asText(doc["displayName"]), asText(doc["externalId"])
	if err := g.Check(); err != nil {
		return nil, bad(invalidValue, "%v.", err)
	}
	wanted, err := r.usersIn(doc)
	if err != nil {
		return nil, err
	}
	changed := false
	for _, u := range r.SCIMMembers(g.ID) {
		if !wanted[u.ID] {
			r.DeleteSCIMMembership(g.ID, u.ID)
			changed = true
		}
	}
	members, _ := doc["members"].([]any)
	for _, v := range members {
		element, _ := v.(object)
		if id := asText(element["value"]); !r.IsInSCIMGroup(g.ID, id) {
			r.SCIMMemberships.Put(&state.SCIMMembership{GroupID: g.ID, UserID: id})
			changed = true
		}
	}
	if changed || !reflect.DeepEqual(&g, old) {
		g.UpdatedAt = r.Now
		r.SCIMGroups.Put(&g)
	}
	return &g, nil
}

// usersIn are the ids of the users who are the members of a group's resource. They are users of the connection; there
// are no groups in groups.
func (r *request) usersIn(doc object) (map[string]bool, error) {
	members, _ := doc["members"].([]any)
	ids := map[string]bool{}
	for _, v := range members {
		element, _ := v.(object)
		id := asText(element["value"])
		if u := r.SCIMUsers.Get(id); u == nil || u.ConnectionID != r.connection.ConnectionID {
			return nil, bad(invalidValue, "There is no user %.128q who could be a member.", id)
		}
		ids[id] = true
	}
	return ids, nil
}

// deleteGroup deletes a group, and the roles that it gives.
func deleteGroup(r *request) (*engine.Reply, error) {
	g, err := r.findGroup()
	if err != nil {
		return nil, err
	}
	if err := r.checkVersion(r.group(g)); err != nil {
		return nil, err
	}
	isOfGroup := func(role state.SCIMGroupRole) bool { return role.GroupID == g.ID }
	if slices.ContainsFunc(r.connection.GroupRoles, isOfGroup) {
		c := *r.connection
		c.GroupRoles = slices.DeleteFunc(slices.Clone(c.GroupRoles), isOfGroup)
		r.PutSCIMConnection(&c)
	}
	r.DeleteSCIMGroup(g.ID)
	return noContent(), nil
}

func listGroups(r *request) (*engine.Reply, error) {
	q, err := urlQuery(groupType, r.Request().URL.RawQuery)
	if err != nil {
		return nil, err
	}
	return r.page(groupType, q, r.groups(q))
}

func searchGroups(r *request) (*engine.Reply, error) {
	q, err := bodyQuery(groupType, r.Body())
	if err != nil {
		return nil, err
	}
	return r.page(groupType, q, r.groups(q))
}

// groups are the sources of the connection's groups, oldest first.
func (r *request) groups(q *query) []source {
	needsRelated := q.needsRelated(groupType)
	var sources []source
	for _, g := range r.SCIMGroupsOf(r.connection.ConnectionID) {
		s := &groupSource{base: r.base(), row: g}
		if needsRelated(len(sources)) {
			s.members = r.SCIMMembers(g.ID)
		}
		sources = append(sources, s)
	}
	return sources
}
