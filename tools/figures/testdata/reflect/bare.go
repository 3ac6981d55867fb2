package main

import (
	"net/http"
	"os"
	"reflect"
)

// The name of the method is not known at build time, so the linker keeps all methods of types that are in an interface.
func init() {
	if len(os.Args) > 3 {
		reflect.ValueOf(http.DefaultClient).MethodByName(os.Args[3])
	}
}
