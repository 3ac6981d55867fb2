package stytchtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// requestID is the default request_id of responses that a test sets.
const requestID = "request-id-test-00000000-0000-4000-8000-000000000000"

// Respond sets the responses to the next calls of an operation, such as "b2b.sso.authenticate", one for each call. It
// is for operations that the emulator does not implement, and for responses that are hard to bring about. A response is
// a JSON object as the API sends it: status_code is 200 by default, and request_id has a default too. After the last
// response the emulator handles the operation again. ClearFaults removes the responses that are left.
func (s *Server) Respond(operation string, responses ...string) {
	s.tb.Helper()
	if len(responses) == 0 {
		check(s.tb, fmt.Errorf("Respond(%q): no responses", operation))
	}
	for _, text := range responses {
		status, body, err := complete(text)
		check(s.tb, err)
		s.setResponse(operation, emulator.Fault{Status: status, Body: body})
	}
}

// setResponse sets the response to calls of one operation.
func (s *Server) setResponse(operation string, f emulator.Fault) {
	s.tb.Helper()
	if operation == "" { // which means every one to the emulator
		check(s.tb, errors.New("no operation"))
	}
	f.Operation, f.ContentType = operation, "application/json"
	check(s.tb, s.AddFaults(f))
}

// complete adds status_code and request_id where they are absent.
func complete(text string) (status int, body string, err error) {
	envelope := struct {
		StatusCode int            `json:"status_code"`
		RequestID  string         `json:"request_id"`
		Rest       jsontext.Value `json:",embed,inline"`
	}{StatusCode: http.StatusOK, RequestID: requestID}
	if err := json.Unmarshal([]byte(text), &envelope); err != nil {
		return 0, "", fmt.Errorf("the response is not a JSON object: %w", err)
	}
	full, err := json.Marshal(envelope)
	return envelope.StatusCode, string(full), err
}

// RespondError sets the response to all calls of an operation, retries too, to an error, until ClearFaults. The error
// must have a Code. StatusCode is that of the Code by default, see [stytcherror.Code.StatusCode]; RetryAfter becomes
// the header of that name, in whole seconds. For errors of a few calls, errors of gateways, delays and lost connections
// see [emulator.Project.AddFaults]; also for endpoints of browsers, which would show the JSON of RespondError as text.
//
//	server.RespondError("b2b.otps.sms.authenticate", &stytcherror.Error{Code: stytcherror.CodeOTPCodeNotFound})
func (s *Server) RespondError(operation string, err *stytcherror.Error) {
	s.tb.Helper()
	status, body, encodeErr := encodeError(err)
	check(s.tb, encodeErr)
	s.setResponse(operation, emulator.Fault{
		Count: -1, Status: status, Body: string(body),
		RetryAfter: int((err.RetryAfter + time.Second - 1) / time.Second),
	})
}

// ErrorResponse returns status and body of the API's response for an error, for other fake servers and transports.
// StatusCode is that of the Code by default. ErrorResponse panics if the error has no Code or no StatusCode of 400 or
// more.
//
//	httpmock.RegisterResponder("POST", url, httpmock.NewBytesResponder(stytchtest.ErrorResponse(err)))
func ErrorResponse(err *stytcherror.Error) (status int, body []byte) {
	status, body, encodeErr := encodeError(err)
	check(noTest{}, encodeErr)
	return status, body
}

// encodeError returns status and body of the API's response for an error.
func encodeError(err *stytcherror.Error) (status int, body []byte, encodeErr error) {
	switch {
	case err == nil:
		return 0, nil, errors.New("the error is nil")
	case err.Code == "":
		return 0, nil, errors.New("the error has no Code")
	}
	status = cmp.Or(err.StatusCode, err.Code.StatusCode())
	if status < http.StatusBadRequest {
		return 0, nil, errors.New("the error has no StatusCode of 400 or more, and none is known for its Code")
	}
	body, encodeErr = json.Marshal(struct {
		StatusCode int              `json:"status_code"`
		RequestID  string           `json:"request_id"`
		Code       stytcherror.Code `json:"error_type"`
		Message    string           `json:"error_message"`
		URL        string           `json:"error_url"`
		Details    jsontext.Value   `json:"error_details,omitzero"`
	}{
		status, cmp.Or(err.RequestID, requestID), err.Code, err.Message, err.URL, jsontext.Value(err.Details),
	})
	return status, body, encodeErr
}
