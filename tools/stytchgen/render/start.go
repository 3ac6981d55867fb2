package render

import (
	"fmt"
	"slices"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// StartURLs are the operations that return the URL at which a browser begins a login.
func (p *goPackage) StartURLs() []*ir.ByHand {
	return slices.DeleteFunc(slices.Clone(p.ByHand), func(op *ir.ByHand) bool { return op.StartURL == nil })
}

// StartComment is the comment of such an operation's method.
func (p *goPackage) StartComment(op *ir.ByHand) string {
	return fmt.Sprintf("%s %s It sends no request.\n"+
		"The browser comes back to the redirect URL, with stytch_token_type set to %q and a token for "+
		"[Service.Authenticate]. Whether the redirect URLs are registered is not checked: the API tells the browser.\n"+
		"A required field that is missing, or a value that cannot be sent, is a *stytcherror.ArgumentError.",
		op.Name, names.Sentence(op.Summary), op.StartURL.TokenType)
}
