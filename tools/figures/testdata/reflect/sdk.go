package main

import (
	"os"
	"reflect"

	stytch "github.com/seed75add069/stytch-go"
)

// With a name that is known only when it runs, the linker must keep every method of what is in an interface, here of
// all services.
func init() {
	if len(os.Args) > 3 {
		reflect.ValueOf(new(stytch.Client)).MethodByName(os.Args[3])
	}
}
