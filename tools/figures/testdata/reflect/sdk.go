package main

import (
	"os"
	"reflect"

	stytch "github.com/seed75add069/stytch-go"
)

// The name of the method is not known at build time, so the linker keeps all methods of types that are in an interface:
// those of all services.
func init() {
	if len(os.Args) > 3 {
		reflect.ValueOf(new(stytch.Client)).MethodByName(os.Args[3])
	}
}
