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

// requestID is that of canned answers which name none.
const requestID = "request-id-test-00000000-0000-4000-8000-000000000000"

// Answer makes the next calls of an operation, as in "b2b.sso.authenticate", get these answers, one each, in the place
// of the emulator's: for operations that it does not play, and for answers that are hard to bring about. An answer is
// a JSON object as the API sends it; where it lacks status_code and request_id, they are 200 and some id. After the
// last one the emulator answers again.
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

// complete adds the members that every answer has.
func complete(text string) (status int, body string, err error) {
	envelope := struct {
		StatusCode int            `json:"status_code"`
		RequestID  string         `json:"request_id"`
		Rest       jsontext.Value `json:",embed"`
	}{StatusCode: http.StatusOK, RequestID: requestID}
	if err := json.Unmarshal([]byte(text), &envelope); err != nil {
		return 0, "", fmt.Errorf("the answer is no JSON object: %w", err)
	}
	full, err := json.Marshal(envelope)
	return envelope.StatusCode, string(full), err
}

// AnswerError makes all calls of an operation fail with an error of the API, until ClearFaults. The error needs a Code
// and a StatusCode; a comment at each of stytcherror's codes tells the status it comes with. RetryAfter becomes the
// header of that name. See [emulator.Project.AddFaults] for errors that pass, gateways, delays and lost connections.
//
//	server.AnswerError("b2b.otps.sms.authenticate", &stytcherror.Error{
//		StatusCode: 404, Code: stytcherror.CodeOTPCodeNotFound,
//	})
func (s *Server) AnswerError(operation string, err *stytcherror.Error) {
	s.tb.Helper()
	status, body, encodeErr := encodeError(err)
	check(s.tb, encodeErr)
	check(s.tb, s.AddFaults(emulator.Fault{
		Operation: operation, Count: -1, Status: status, Body: string(body), ContentType: "application/json",
		RetryAfter: int((err.RetryAfter + time.Second - 1) / time.Second),
	}))
}

// ErrorResponse is the answer by which the API says an error, for fake servers and transports of one's own. The error
// needs a Code and a StatusCode, else ErrorResponse panics.
//
//	httpmock.RegisterResponder("POST", url, httpmock.NewBytesResponder(stytchtest.ErrorResponse(err)))
func ErrorResponse(err *stytcherror.Error) (status int, body []byte) {
	status, body, encodeErr := encodeError(err)
	check(noTest{}, encodeErr)
	return status, body
}

func encodeError(err *stytcherror.Error) (status int, body []byte, encodeErr error) {
	if err == nil || err.StatusCode < http.StatusBadRequest || err.Code == "" {
		return 0, nil, errors.New("an error of the API has a Code, and a StatusCode of 400 or more")
	}
	body, encodeErr = json.Marshal(struct {
		StatusCode int              `json:"status_code"`
		RequestID  string           `json:"request_id"`
		Code       stytcherror.Code `json:"error_type"`
		Message    string           `json:"error_message"`
		URL        string           `json:"error_url"`
		Details    jsontext.Value   `json:"error_details,omitzero"`
	}{
		err.StatusCode, cmp.Or(err.RequestID, requestID), err.Code, err.Message, err.URL, jsontext.Value(err.Details),
	})
	return err.StatusCode, body, encodeErr
}
