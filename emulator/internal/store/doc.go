// Package store keeps rows in tables, finds them by indexes, and changes them in transactions.
//
//	type User struct{ ID, Address string }
//
//	db := store.New()
//	users := store.NewTable(db, "users", func(u *User) string { return u.ID })
//	byAddress := users.Unique("address", func(u *User) string { return u.Address })
//	err := db.Do(func() error {
//		users.Put(&User{ID: "1", Address: "ada@example.com"})
//		fmt.Println(byAddress.First("ada@example.com").ID)
//		return nil
//	})
//
// The two names that matter are [DB.Do], which runs a transaction, and [Table], which holds rows of one type. Rows are
// immutable: nobody changes one that is in a table, or that came from one. To change a row, put a changed copy. So
// whoever holds a row can read it without a lock, for as long as needed.
package store
