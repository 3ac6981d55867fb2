package stytcherror_test

import (
	"context"
	"fmt"

	"github.com/seed75add069/stytch-go/stytcherror"
)

func ExampleHTTPStatus() {
	for _, err := range []error{
		&stytcherror.Error{StatusCode: 404, Code: stytcherror.CodeMagicLinkNotFound},
		&stytcherror.Error{StatusCode: 404, Code: stytcherror.CodeSessionNotFound},
		&stytcherror.Error{StatusCode: 401, Code: stytcherror.CodeUnauthorizedCredentials},
		fmt.Errorf("logging in: %w", context.DeadlineExceeded),
	} {
		fmt.Println(stytcherror.HTTPStatus(err), stytcherror.Temporary(err))
	}
	// Output:
	// 400 false
	// 401 false
	// 500 false
	// 503 true
}
