// Package store keeps rows in tables, finds them by indexes, and changes them in transactions.
//
//	db := store.New()
//	members := store.NewTable(db, "members", func(m *Member) string { return m.ID })
//	byAddress := members.Unique("address", func(m *Member) string { return m.Address })
//	err := db.Do(func() error {
//		members.Put(&Member{ID: "1", Address: "ada@example.com"})
//		return nil
//	})
//
// The two names that matter are [DB.Do], which runs a transaction, and [Table], which holds rows of one type. Rows are
// immutable: nobody changes one that is in a table, or that came from one. To change a row, put a changed copy. So
// whoever holds a row can read it without a lock, for as long as needed.
package store
