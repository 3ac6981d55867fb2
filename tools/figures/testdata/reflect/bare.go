package main

import (
	"net/http"
	"os"
	"reflect"
)

// With a name that is known only when it runs, the linker must keep every method of what is in an interface.
func init() {
	if len(os.Args) > 3 {
		reflect.ValueOf(http.DefaultClient).MethodByName(os.Args[3])
	}
}
