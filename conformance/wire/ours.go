package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
)

// ourCall is a call as this SDK makes it. Method are the words that lead to the method below stytch.Client, as the
// catalogue spells them; the SDK's may have other capitals.
type ourCall struct {
	Client    string
	Method    []string
	Arguments json.RawMessage
}

// do makes the call and returns a pointer to the response. The arguments must have no field that the request lacks.
func (c *ourCall) do(ctx context.Context, client *stytch.Client, opts ...shared.RequestOption) (any, error) {
	method, err := find(reflect.ValueOf(client).Elem(), append([]string{c.Client}, c.Method...))
	if err != nil {
		return nil, err
	}
	req := reflect.New(method.Type().In(1).Elem())
	decoder := json.NewDecoder(bytes.NewReader(c.Arguments))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(req.Interface()); err != nil {
		return nil, fmt.Errorf("%s: %w", req.Type().Elem(), err)
	}
	out := method.CallSlice([]reflect.Value{reflect.ValueOf(ctx), req, reflect.ValueOf(opts)})
	err, _ = reflect.TypeAssert[error](out[1])
	return out[0].Interface(), err
}

// find follows words from a client to a method of a service.
func find(at reflect.Value, words []string) (reflect.Value, error) {
	for _, word := range words[:len(words)-1] {
		named := func(name string) bool { return strings.EqualFold(name, word) }
		if at = reflect.Indirect(reflect.Indirect(at).FieldByNameFunc(named)); !at.IsValid() {
			return at, fmt.Errorf("no service %s", strings.Join(words, "."))
		}
	}
	for i := range at.Addr().NumMethod() {
		if m := at.Addr().Type().Method(i); strings.EqualFold(m.Name, words[len(words)-1]) {
			return at.Addr().Method(i), nil
		}
	}
	return at, fmt.Errorf("no method %s", strings.Join(words, "."))
}
