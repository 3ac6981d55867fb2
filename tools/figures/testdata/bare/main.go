// Command bare makes the same call without the SDK. ../types prints its types.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

const path = "/v1/b2b/discovery/intermediate_sessions/exchange"

func main() {
	resp, err := exchange(context.Background(), &ExchangeRequest{
		IntermediateSessionToken: os.Args[1],
		OrganizationID:           os.Args[2],
		SessionDurationMinutes:   new(60),
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(resp.MemberID, resp.SessionToken)
}

func exchange(ctx context.Context, body *ExchangeRequest) (*ExchangeResponse, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	url := os.Getenv("STYTCH_BASE_URL") + path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"))
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if data, err = io.ReadAll(answer.Body); err != nil {
		return nil, err
	}
	if answer.StatusCode >= 400 {
		return nil, fmt.Errorf("status %d: %s", answer.StatusCode, data)
	}
	resp := new(ExchangeResponse)
	return resp, json.Unmarshal(data, resp)
}
