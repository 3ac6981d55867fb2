package scim

import (
	"context"
	"net/http"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
)

// change is how the resource that a path names is changed.
type change struct {
	t *resourceType
	// find returns what the resource is made of, and save stores another resource in its place.
	find func(*request) (source, error)
	save func(*request, object) (source, error)
}

// replace replaces all that clients can set.
func (c change) replace(r *request) (*engine.Reply, error) {
	return c.run(r, func(source) (object, error) { return c.t.parse(r.Body()) })
}

func (c change) patch(r *request) (*engine.Reply, error) {
	return c.run(r, func(s source) (object, error) {
		doc := c.t.make(s, parts{related: true})
		return doc, c.t.patch(doc, r.Body())
	})
}

// run changes a resource to what makes another of it. That may take long, so it is done outside of the transaction, and
// again in the second one only if the resource is not the same any more.
func (c change) run(r *request, makes func(source) (object, error)) (*engine.Reply, error) {
	before, err := c.find(r)
	if err != nil {
		return nil, err
	}
	if err := r.checkVersion(before); err != nil {
		return nil, err
	}
	var doc object
	return nil, engine.Outside(func(context.Context) (err error) {
		doc, err = makes(before)
		return err
	}, func(tx *engine.Tx) (*engine.Reply, error) {
		r, err := authenticate(tx)
		if err != nil {
			return nil, err
		}
		now, err := c.find(r)
		if err != nil {
			return nil, err
		}
		if !now.equals(before) {
			if err := r.checkVersion(now); err != nil {
				return nil, err
			}
			if doc, err = makes(now); err != nil {
				return nil, err
			}
		}
		s, err := c.save(r, doc)
		if err != nil {
			return nil, err
		}
		return r.resource(http.StatusOK, c.t, s)
	})
}
