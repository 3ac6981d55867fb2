package scim

import (
	"net/http"
	"reflect"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// user is what the resource of a user is made of.
func (r *request) user(u *state.SCIMUser) source {
	return &userSource{r.base(), u, r.isActive(u), r.SCIMGroupsWith(u.ID)}
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

// foundUser is what the resource of the user that a path names is made of.
func (r *request) foundUser() (source, error) {
	u, err := r.findUser()
	if err != nil {
		return nil, err
	}
	return r.user(u), nil
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
	s, err := r.foundUser()
	if err != nil {
		return nil, err
	}
	return r.resource(http.StatusOK, userType, s)
}

// userChange changes users. Whether a user is active stays as it is unless the resource says it.
var userChange = change{userType, (*request).foundUser, func(r *request, doc object) (source, error) {
	u, err := r.findUser()
	if err != nil {
		return nil, err
	}
	isActive, given := doc["active"].(bool)
	if !given {
		isActive = r.isActive(u)
	}
	if u, err = r.saveUser(u, doc, isActive); err != nil {
		return nil, err
	}
	return r.user(u), nil
}}

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

// users are the sources of the connection's users, oldest first: of all that a query could find.
func (r *request) users(q *query) []source {
	rows := r.SCIMUsersOf(r.connection.ConnectionID)
	if name, only := q.named(); only {
		rows = rows[:0]
		if u := r.SCIMUserNamed(r.connection.ConnectionID, name); u != nil {
			rows = append(rows, u)
		}
	}
	needsRelated := q.needsRelated(userType)
	sources := make([]source, len(rows))
	for i, u := range rows {
		s := &userSource{base: r.base(), row: u, isActive: r.isActive(u)}
		if needsRelated(i) {
			s.groups = r.SCIMGroupsWith(u.ID)
		}
		sources[i] = s
	}
	return sources
}
