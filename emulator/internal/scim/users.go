package scim

import (
	"iter"
	"net/http"
	"reflect"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// user is the resource of a user.
func (r *request) user(u *state.SCIMUser) object {
	doc := userOf(&u.Attributes)
	doc["active"] = r.isActive(u)
	var groups []any
	for _, g := range r.SCIMGroupsWith(u.ID) {
		groups = append(groups, object{
			"value": g.ID, "$ref": r.url("/Groups/" + g.ID), "display": g.DisplayName, "type": "direct",
		})
	}
	if groups != nil {
		doc["groups"] = groups
	}
	r.meta(userType, doc, u.ID, u.CreatedAt, u.UpdatedAt)
	return doc
}

func (r *request) isActive(u *state.SCIMUser) bool {
	m := r.Members.Get(u.MemberID)
	return m != nil && !m.IsDeleted()
}

// findUser finds the user that a path names.
func (r *request) findUser() (*state.SCIMUser, error) {
	id := r.Param("id")
	if u := r.SCIMUsers.Get(id); u != nil && u.ConnectionID == r.connection.ConnectionID {
		return u, nil
	}
	return nil, notFound(userType.name, id)
}

func createUser(r *request) (*engine.Reply, error) {
	doc, err := userType.parse(r.Body())
	if err != nil {
		return nil, err
	}
	u := &state.SCIMUser{
		ID: r.ID("scim-registration"), ConnectionID: r.connection.ConnectionID, CreatedAt: r.Now, UpdatedAt: r.Now,
	}
	isActive := doc["active"] != false
	if u, err = r.saveUser(u, doc, isActive); err != nil {
		return nil, err
	}
	return r.resource(http.StatusCreated, userType, r.user(u))
}

func getUser(r *request) (*engine.Reply, error) {
	u, err := r.findUser()
	if err != nil {
		return nil, err
	}
	return r.resource(http.StatusOK, userType, r.user(u))
}

// replaceUser replaces all that clients can set. Whether the user is active stays as it is unless the body says it.
func replaceUser(r *request) (*engine.Reply, error) {
	doc, err := userType.parse(r.Body())
	if err != nil {
		return nil, err
	}
	return r.changeUser(func(object) (object, error) { return doc, nil })
}

func patchUser(r *request) (*engine.Reply, error) {
	return r.changeUser(func(doc object) (object, error) { return doc, userType.patch(doc, r.Body()) })
}

// changeUser changes a user to what change makes of the resource.
func (r *request) changeUser(change func(object) (object, error)) (*engine.Reply, error) {
	u, err := r.findUser()
	if err != nil {
		return nil, err
	}
	doc := r.user(u)
	if err := r.checkVersion(doc); err != nil {
		return nil, err
	}
	if doc, err = change(doc); err != nil {
		return nil, err
	}
	isActive, given := doc["active"].(bool)
	if !given {
		isActive = r.isActive(u)
	}
	if u, err = r.saveUser(u, doc, isActive); err != nil {
		return nil, err
	}
	return r.resource(http.StatusOK, userType, r.user(u))
}

// saveUser puts a user with the attributes of a resource, and does to the member what follows. It returns the row.
func (r *request) saveUser(old *state.SCIMUser, doc object, isActive bool) (*state.SCIMUser, error) {
	u := *old
	u.Attributes = attributesOf(doc)
	if err := u.Check(); err != nil {
		return nil, bad(invalidValue, "%v.", err)
	}
	other := r.SCIMUserNamed(u.ConnectionID, u.Attributes.UserName)
	if other != nil && other.ID != u.ID {
		return nil, conflict("Another user has the userName %.128q.", u.Attributes.UserName)
	}
	wasActive := r.isActive(old)
	if err := r.provision(old, &u, isActive); err != nil {
		return nil, ofMember(err)
	}
	if !reflect.DeepEqual(&u, old) || wasActive != isActive {
		u.UpdatedAt = r.Now
		r.SCIMUsers.Put(&u)
	}
	return &u, nil
}

// deleteUser deletes a user and the member.
func deleteUser(r *request) (*engine.Reply, error) {
	u, err := r.findUser()
	if err != nil {
		return nil, err
	}
	if err := r.checkVersion(r.user(u)); err != nil {
		return nil, err
	}
	if r.isActive(u) {
		login.Delete(r.Tx.Tx, r.Members.Get(u.MemberID))
	}
	r.DeleteSCIMUser(u.ID)
	return noContent(), nil
}

func listUsers(r *request) (*engine.Reply, error) {
	q, err := urlQuery(userType, r.Request().URL.RawQuery)
	if err != nil {
		return nil, err
	}
	return r.page(userType, q, r.users(q))
}

func searchUsers(r *request) (*engine.Reply, error) {
	q, err := bodyQuery(userType, r.Body())
	if err != nil {
		return nil, err
	}
	return r.page(userType, q, r.users(q))
}

// users yields the resources of the connection's users, oldest first: all that a query could find.
func (r *request) users(q *query) iter.Seq[object] {
	return func(yield func(object) bool) {
		if name, only := q.named(); only {
			if u := r.SCIMUserNamed(r.connection.ConnectionID, name); u != nil {
				yield(r.user(u))
			}
			return
		}
		for _, u := range r.SCIMUsersOf(r.connection.ConnectionID) {
			if !yield(r.user(u)) {
				return
			}
		}
	}
}
