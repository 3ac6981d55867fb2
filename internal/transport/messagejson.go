package transport

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonobject"
)

// messageNames are the members that gateways and RFC 9457 (problem details) describe an error by, the best first, in
// lower case and without underscores.
var messageNames = []string{
	"errormessage", "message", "detail", "title", "errordescription", "description", "reason", "msg", "faultstring",
	"error", "errors", "fault", "data", "meta", "response", "result", "status",
}

// wrappers are those of which only objects count, not a text.
var wrappers = []string{"data", "meta", "response", "result"}

// maxMessageDepth bounds the objects and lists around a message.
const maxMessageDepth = 6

// isJSON reports whether a body begins like an object, a list or a string of JSON. It may be cut short.
func isJSON(body []byte) bool {
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsonobject.AnyText)
	begin, err := dec.ReadToken()
	switch begin.Kind() {
	case jsontext.KindString:
		return err == nil
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		_, err = dec.ReadToken()
		return err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	return false
}

// messageSearch reads a JSON value once, as far as that is valid, and keeps the best message. The path of a message
// lists the ranks of the members and elements that lead to it: a member's is its index in messageNames, an element's
// its index in the list. Of two messages, the one with the lesser path is better, by slices.Compare, or the later one
// if the paths are equal.
type messageSearch struct {
	body    []byte
	dec     *jsontext.Decoder
	code    string // the member of the outermost object that is no message, or ""
	best    []int
	message string
}

// messageOfJSON returns the best message of a JSON value, or "". The member code of the outermost object is none.
func messageOfJSON(body []byte, code string) string {
	s := messageSearch{body: body, dec: jsontext.NewDecoder(bytes.NewReader(body), jsonobject.AnyText), code: code}
	s.value(nil, "")
	return s.message
}

// value reads the value at a path, in a member of that name. It returns false where the JSON ends or is invalid.
func (s *messageSearch) value(path []int, in string) bool {
	switch kind := s.dec.PeekKind(); {
	case kind == jsontext.KindString && !slices.Contains(wrappers, in):
		token, err := s.dec.ReadToken()
		if err != nil {
			s.offer(path, s.cutString())
			return false
		}
		s.offer(path, token.String())
		return true
	case len(path) == maxMessageDepth, kind != jsontext.KindBeginObject && kind != jsontext.KindBeginArray:
		return s.dec.SkipValue() == nil
	}
	begin, err := s.dec.ReadToken()
	for i := 0; err == nil; i++ {
		switch s.dec.PeekKind() {
		case jsontext.KindEndObject, jsontext.KindEndArray:
			_, err = s.dec.ReadToken()
			return err == nil
		}
		rank, name := i, in
		if begin.Kind() == jsontext.KindBeginObject {
			rank, name, err = s.name(i, in, len(path) == 0)
		} else if in == "errors" {
			name = "error" // whose members have the usual names
		}
		switch {
		case err != nil:
		case rank < 0:
			err = s.dec.SkipValue()
		case !s.value(append(path, rank), name):
			return false
		}
	}
	return false
}

// name reads the name of an object's member number i. The rank is negative if the member has no message. In "errors",
// members of other names are fields with their messages.
func (s *messageSearch) name(i int, in string, outermost bool) (rank int, name string, err error) {
	token, err := s.dec.ReadToken()
	if err != nil {
		return 0, "", err
	}
	name = token.String()
	if outermost && s.code != "" && name == s.code {
		return -1, "", nil
	}
	name = strings.ReplaceAll(strings.ToLower(name), "_", "")
	rank = slices.Index(messageNames, name)
	if rank < 0 && in == "errors" {
		return len(messageNames) + i, in, nil
	}
	return rank, name, nil
}

// offer takes a message if it is the best.
func (s *messageSearch) offer(path []int, message string) {
	if strings.TrimSpace(message) == "" || s.message != "" && slices.Compare(path, s.best) > 0 {
		return
	}
	s.best, s.message = slices.Clone(path), message
}

// cutString returns the start of a string that the end of the body cuts off, up to cutMargin before that.
func (s *messageSearch) cutString() string {
	rest := bytes.TrimLeft(s.body[s.dec.InputOffset():], " \t\r\n:,")
	last := len(rest) - cutMargin
	for end := last; end > 0 && end > last-len(`\u0000`); end-- { // which may be within an escape
		if start := text(append(bytes.Clone(rest[:end]), '"')); start != "" {
			return start
		}
	}
	return ""
}
