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

// requestID is the default request_id of canned answers.
const requestID = "request-id-test-00000000-0000-4000-8000-000000000000"

// Answer sets the answers to the next calls of an operation, such as "b2b.sso.authenticate", one for each call. It is
// for operations that the emulator does not implement, and for answers that are hard to bring about. An answer is a
// JSON object as the API sends it: status_code is 200 by default, and request_id has a default too. After the last
// answer the emulator handles the operation again. ClearFaults removes the answers that are left.
func (s *Server) Answer(operation string, answers ...string) {
	s.tb.Helper()
	for _, text := range answers {
		status, body, err := complete(text)
		check(s.tb, err)
		check(s.tb, s.AddFaults(emulator.Fault{
			Operation: operation, Status: status, Body: body, ContentType: "application/json",
		}))
	}
}

// complete adds status_code and request_id where they are absent.
func complete(text string) (status int, body string, err error) {
	envelope := struct {
		StatusCode int            `json:"status_code"`
		RequestID  string         `json:"request_id"`
		Rest       jsontext.Value `json:",embed,inline"`
	}{StatusCode: http.StatusOK, RequestID: requestID}
	if err := json.Unmarshal([]byte(text), &envelope); err != nil {
		return 0, "", fmt.Errorf("the answer is not a JSON object: %w", err)
	}
	full, err := json.Marshal(envelope)
	return envelope.StatusCode, string(full), err
}

// AnswerError answers all calls of an operation, retries too, with an error of the API, until ClearFaults. The error
// must have a Code. StatusCode is that of the Code by default, see [stytcherror.Code.StatusCode]; RetryAfter becomes
// the header of that name, in whole seconds. For errors of a few calls, errors of gateways, delays and lost connections
// see [emulator.Project.AddFaults].
//
//	server.AnswerError("b2b.otps.sms.authenticate", &stytcherror.Error{Code: stytcherror.CodeOTPCodeNotFound})
func (s *Server) AnswerError(operation string, err *stytcherror.Error) {
	s.tb.Helper()
	status, body, encodeErr := encodeError(err)
	check(s.tb, encodeErr)
	check(s.tb, s.AddFaults(emulator.Fault{
		Operation: operation, Count: -1, Status: status, Body: string(body), ContentType: "application/json",
		RetryAfter: int((err.RetryAfter + time.Second - 1) / time.Second),
	}))
}

// ErrorResponse returns status and body of the API's answer for an error, for other fake servers and transports.
// StatusCode is that of the Code by default. ErrorResponse panics if the error has no Code or no StatusCode of 400 or
// more.
//
//	httpmock.RegisterResponder("POST", url, httpmock.NewBytesResponder(stytchtest.ErrorResponse(err)))
func ErrorResponse(err *stytcherror.Error) (status int, body []byte) {
	status, body, encodeErr := encodeError(err)
	check(noTest{}, encodeErr)
	return status, body
}

// encodeError returns the API's answer for an error.
func encodeError(err *stytcherror.Error) (status int, body []byte, encodeErr error) {
	if err == nil || err.Code == "" {
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
