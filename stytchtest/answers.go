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

// Answer answers the next calls of an operation, such as "b2b.sso.authenticate", one by each of answers, where the
// emulator does not play the operation or the answer is hard to bring about. An answer is a JSON object as the API
// sends it; without status_code its status is 200, and without request_id it gets one. After the last answer the
// emulator plays the operation again. ClearFaults drops the answers that are left.
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
		Rest       jsontext.Value `json:",embed,inline"`
	}{StatusCode: http.StatusOK, RequestID: requestID}
	if err := json.Unmarshal([]byte(text), &envelope); err != nil {
		return 0, "", fmt.Errorf("the answer is no JSON object: %w", err)
	}
	full, err := json.Marshal(envelope)
	return envelope.StatusCode, string(full), err
}

// AnswerError answers all calls of an operation with an error of the API, retries too, until ClearFaults. The error
// needs a Code; without StatusCode it has the one of the code. RetryAfter becomes the header of that name. For errors that pass, gateways, delays and lost connections see
// [emulator.Project.AddFaults].
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

// ErrorResponse is the API's answer for an error, for fake servers and transports of one's own. Without StatusCode it has
// the one of the code. It panics unless the error has a Code.
//
//	httpmock.RegisterResponder("POST", url, httpmock.NewBytesResponder(stytchtest.ErrorResponse(err)))
func ErrorResponse(err *stytcherror.Error) (status int, body []byte) {
	status, body, encodeErr := encodeError(err)
	check(noTest{}, encodeErr)
	return status, body
}

func encodeError(err *stytcherror.Error) (status int, body []byte, encodeErr error) {
	if err == nil || err.Code == "" {
		return 0, nil, errors.New("an error of the API has a Code")
	}
	status = cmp.Or(err.StatusCode, err.Code.StatusCode())
	if status < http.StatusBadRequest {
		return 0, nil, errors.New("an error of the API has a StatusCode of 400 or more, and this Code has none that is known")
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
