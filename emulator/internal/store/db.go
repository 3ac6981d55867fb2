package store

import (
	"slices"
	"sync"
)

// DB is a set of tables that change together. It is safe for concurrent use: transactions run one after the other.
type DB struct {
	mu   sync.Mutex
	undo []func() // of the transaction that runs, in the order of its changes
}

// New returns a DB without tables.
func New() *DB { return &DB{} }

// Do runs a transaction. If run returns an error or panics, everything that it changed is changed back. Tables are read
// and changed in transactions only, and a transaction must not begin another.
func (db *DB) Do(run func() error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	committed := false
	defer func() {
		if !committed {
			db.rollback()
		}
		clear(db.undo)
		db.undo = db.undo[:0]
	}()
	if err := run(); err != nil {
		return err
	}
	committed = true
	return nil
}

// Changed reports whether the transaction that runs has put or deleted something.
func (db *DB) Changed() bool { return len(db.undo) > 0 }

func (db *DB) rollback() {
	for _, undo := range slices.Backward(db.undo) {
		undo()
	}
}
