package state

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

// Read makes a state from a snapshot, which it reads as a stream. It checks all of it: sizes, forms, times, and that
// rows fit together. A snapshot that is written by hand may leave out lists, and the default roles, which are added; a
// key is made when it is needed. Settings that an organization leaves out have their defaults.
//
// With a seed, ids depend on the snapshot: begun anew, they would be those that a run with the same seed has put into
// it.
func Read(r io.Reader, config Config) (*State, error) {
	hash := sha256.New()
	reader := &reader{dec: jsontext.NewDecoder(io.TeeReader(r, hash)), seen: map[string]bool{}}
	s := empty(config)
	s.ids = newIDs(config.Seed).after(nil)
	err := s.db.Do(func() error {
		reader.tx = &Tx{State: s, Now: MinTime}
		if err := reader.document(); err != nil {
			return err
		}
		for _, role := range defaultRoles() {
			if !s.Roles.Has(&role) {
				s.Roles.Put(&role)
			}
		}
		if err := reader.tx.check(); err != nil {
			return err
		}
		return reader.tx.derive()
	})
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	s.ids = newIDs(config.Seed).after(hash.Sum(nil))
	return s, nil
}

// reader reads a snapshot.
type reader struct {
	dec  *jsontext.Decoder
	tx   *Tx
	seen map[string]bool // the names that were read
}

func (r *reader) document() error {
	err := r.object(func(name string) error {
		switch name {
		case "version":
			token, err := r.dec.ReadToken()
			if err != nil {
				return r.explain(err)
			}
			return r.version(token)
		case "state":
			r.seen[name] = true
			return r.object(func(name string) error {
				if name == inboxList {
					return fmt.Errorf("there is no field state.%s", name)
				}
				return r.list(name)
			})
		case inboxList:
			return r.list(name)
		default:
			return fmt.Errorf("there is no field %s", strict.Name(r.dec.StackPointer()))
		}
	})
	if err != nil {
		return err
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one JSON value")
	}
	switch {
	case !r.seen["version"]:
		return fmt.Errorf("there is no version, want %d", snapshotVersion)
	case !r.seen["state"]:
		return errors.New("no state")
	}
	return nil
}

func (r *reader) version(token jsontext.Token) error {
	switch {
	case token.Kind() != jsontext.KindNumber:
		return errors.New("version must be an integer")
	case token.String() != strconv.Itoa(snapshotVersion):
		return fmt.Errorf("version %.20s, want %d", token.String(), snapshotVersion)
	}
	r.seen["version"] = true
	return nil
}

// object reads an object. For each member it calls read, which reads the value.
func (r *reader) object(read func(name string) error) error {
	token, err := r.dec.ReadToken()
	if err != nil {
		return r.explain(err)
	}
	if token.Kind() != jsontext.KindBeginObject {
		return fmt.Errorf("%s must be an object", strict.Name(r.dec.StackPointer()))
	}
	for {
		token, err := r.dec.ReadToken()
		if err != nil {
			return r.explain(err)
		}
		if token.Kind() == jsontext.KindEndObject {
			return nil
		}
		if err := read(token.String()); err != nil {
			return err
		}
	}
}

// list reads the rows of a list. Null stands for a list without rows.
func (r *reader) list(name string) error {
	i := slices.IndexFunc(lists, func(l list) bool { return l.name == name })
	if i < 0 {
		return fmt.Errorf("there is no field %s", strict.Name(r.dec.StackPointer()))
	}
	r.seen[name] = true
	token, err := r.dec.ReadToken()
	switch {
	case err != nil:
		return r.explain(err)
	case token.Kind() == jsontext.KindNull:
		return nil
	case token.Kind() != jsontext.KindBeginArray:
		return fmt.Errorf("%s must be a list", strict.Name(r.dec.StackPointer()))
	}
	for r.dec.PeekKind() != jsontext.KindEndArray {
		row, err := r.dec.ReadValue()
		if err != nil {
			return r.explain(err)
		}
		at := r.dec.StackPointer()
		if err := lists[i].read(r.tx, row, at); err != nil {
			if field, ok := errors.AsType[*fieldError](err); ok {
				return field.error
			}
			return inRow(strict.Name(at), err)
		}
	}
	_, err = r.dec.ReadToken()
	return r.explain(err)
}

func (r *reader) explain(err error) error { return strict.Explain(err, "") }
