package transport_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestError_gatewayMessage(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	for name, tt := range map[string]struct{ body, message string }{
		"AWS API Gateway":                 {`{"message":"Forbidden"}`, "Forbidden"},
		"AWS, in capitals":                {`{"Message":"User is not authorized","Type":"User"}`, "User is not authorized"},
		"Kong":                            {"{\n  \"message\":\"no Route matched with those values\",\n  \"request_id\":7}", "no Route matched with those values"},
		"problem details":                 {`{"type":"about:blank","title":"Forbidden","status":403,"detail":"The address is blocked.","instance":"/v1"}`, "The address is blocked."},
		"problem details without detail":  {`{"title":"Forbidden","status":403}`, "Forbidden"},
		"problem details, an empty one":   {`{"title":"Forbidden","detail":"","message":null}`, "Forbidden"},
		"FastAPI":                         {`{"detail":"Not authenticated"}`, "Not authenticated"},
		"FastAPI, a list":                 {`{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}`, "field required"},
		"Google":                          {`{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`, "The caller does not have permission"},
		"JSON:API":                        {`{"errors":[{"status":"403","title":"Forbidden","detail":"No access."}]}`, "No access."},
		"Cloudflare's API":                {`{"success":false,"errors":[{"code":1020,"message":"Access denied"}],"messages":[],"result":null}`, "Access denied"},
		"a list of texts":                 {`{"errors":["No access.","Twice."]}`, "No access."},
		"a list whose first has nothing":  {`{"errors":[null,{"code":7},{"code":"x7"},{"message":"No access."}]}`, "No access."},
		"Apigee":                          {`{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}`, "Invalid ApiKey"},
		"Azure":                           {`{"statusCode":403,"message":"Access denied due to invalid subscription key."}`, "Access denied due to invalid subscription key."},
		"a sentence for an error":         {`{"error":"Access to this host is denied"}`, "Access to this host is denied"},
		"a word for an error":             {`{"error":"Forbidden"}`, "Forbidden"},
		"Spring":                          {`{"timestamp":"2026-01-02","status":403,"error":"Forbidden","path":"/v1"}`, "Forbidden"},
		"Spring, with a message":          {`{"status":403,"error":"Forbidden","message":"Access Denied","path":"/v1"}`, "Access Denied"},
		"a mark before JSON":              {mark + `{"message":"Forbidden"}`, "Forbidden"},
		"a mark before the API's error":   {mark + `{"error_message":"No such session."}`, "No such session."},
		"a mark before text":              {mark + "error code: 1020", "error code: 1020"},
		"a mark before HTML":              {mark + "<title>Forbidden</title>", "Forbidden"},
		"text after JSON":                 {`{"message":"Forbidden"}` + "\n<!-- proxied -->", "Forbidden"},
		"a message twice":                 {`{"message":"a","message":"Forbidden"}`, "Forbidden"},
		"half of an emoji":                {`{"message":"No \ud83d access"}`, "No access"},
		"a raw byte":                      {"{\"message\":\"No \xff access\"}", "No access"},
		"control characters":              {`{"message":"No\u0000\u001b[31m\r\n\u2028\u202e access"}`, "No [31m access"},
		"a message that is cut short":     {`{"status":403,"message":"Forb`, ""},
		"a message before a cut":          {`{"message":"Forbidden","status":4`, "Forbidden"},
		"a message that is a number":      {`{"message":403}`, ""},
		"a message ten objects deep":      {strings.Repeat(`{"error":`, 10) + `"a"` + strings.Repeat("}", 10), ""},
		"other members only":              {`{"status":403,"path":"/v1"}`, ""},
		"a text in quotes":                {`"Forbidden"`, "Forbidden"},
		"Cloudflare":                      {"error code: 1020", "error code: 1020"},
		"Cloudflare, with a line break":   {"error code: 1020\n", "error code: 1020"},
		"Envoy":                           {"upstream connect error or disconnect/reset before headers. reset reason: connection timeout", "upstream connect error or disconnect/reset before headers. reset reason: connection timeout"},
		"several lines":                   {"Access denied.\r\n\r\n\tReference #18\r\n", "Access denied. Reference #18"},
		"text in another language":        {"Zugriff verweigert – gesperrt", "Zugriff verweigert – gesperrt"},
		"nginx":                           {"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body></html>", "403 Forbidden"},
		"a page with attributes":          {"<!DOCTYPE html>\n<HTML lang=en><TITLE id='t'>\n  Attention Required! &#124; Cloudflare\n</TITLE>", "Attention Required! | Cloudflare"},
		"a page with a heading":           {`<html><title></title><body><h1 class="a"><b>Access</b> denied</h1></body></html>`, "Access denied"},
		"an empty title before another":   {"<title> </title><title\n>A &lt;b&gt; &#X41;&#8212;&#; &#xZZ; &unknown;</title>", "A <b> A—&#; &#xZZ; &unknown;"},
		"many references":                 {"<title>" + strings.Repeat("&#", 20_000) + "</title>", strings.Repeat("&#", 150) + "..."},
		"many elements in a title":        {"<title>" + strings.Repeat("a<b>", 15_000) + "</title>", strings.Repeat("a", 300) + "..."},
		"CloudFront's XML":                {`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`, "Access Denied"},
		"a page with a paragraph":         {`<html><body><p>No access.</p></body></html>`, "No access."},
		"a page with h2":                  {`<html><body><div>x</div><h2 class="a">No access.</h2><p>y</p></body></html>`, "No access."},
		"a page with bare text":           {"<html>\r\n<body>No access.</body></html>", "No access."},
		"a page with text in a center":    {`<html><head><meta charset="utf-8"></head><body><center>No <b>ac</b>cess.<br>Sorry.</center></body></html>`, "No access. Sorry."},
		"a page with empty headings":      {`<title></title><h1> </h1><h2><img src="x"></h2><H1>&nbsp;</H1><p>No access.`, "No access."},
		"a page with a script and styles": {`<style>p > a {}</style><SCRIPT>if (a < b) { x("</p>") }</SCRIPT ><p>No</p><p>access.</p>`, "No access."},
		"a page with a comment":           {`<!-- if a > b <p>c</p> --><html><p>No access.</p><!-- <p>d</p>`, "No access."},
		"a page that is in Latin-1":       {"<html><body>Acc\xe8s refus\xe9.</body></html>", "Accès refusé."},
		"a page without text":             {`<html><body><img src="no-access.png"></body></html>`, ""},
		"SOAP":                            {`<soap:Envelope xmlns:soap="x"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode><faultstring xml:lang="en">No access.</faultstring></soap:Fault></soap:Body></soap:Envelope>`, "No access."},
		"SOAP 1.2":                        {`<env:Envelope><env:Body><env:Fault><env:Reason><env:Text xml:lang="en">No access.</env:Text></env:Reason></env:Fault></env:Body></env:Envelope>`, "No access."},
		"XML with a namespace":            {`<e:Error><e:Code>7</e:Code><e:Message>No access.</e:Message></e:Error>`, "No access."},
		"XML with CDATA":                  {`<error><message><![CDATA[No <b>access</b>.]]></message></error>`, "No access."},
		"XML with an empty message":       {`<error><message/><detail>No access.</detail></error>`, "No access."},
		"a page whose title has no end":   {`<html><title>No access.`, ""},
		"a list":                          {`["No access."]`, "No access."},
		"a list of objects":               {`[{"message":"No access."},{"message":"Twice."}]`, "No access."},
		"a list of errors":                {` [ {"code":7}, {"error":{"message":"No access."}} ]`, "No access."},
		"a list of lists":                 {`[[[{"message":"No access."}]]]`, "No access."},
		"a list of nothing":               {`[null,7,{},[]]`, ""},
		"Lambda":                          {`{"errorType":"Error","errorMessage":"No access.","trace":["a"]}`, "No access."},
		"names in capitals":               {`{"MESSAGE":"No access."}`, "No access."},
		"names in mixed case":             {`{"Title":"Forbidden","Detail":"No access."}`, "No access."},
		"names within names":              {`{"Error":{"Code":"x","Message":"No access."}}`, "No access."},
		"a fault in capitals":             {`{"Fault":{"faultString":"No access."}}`, "No access."},
		"an Error that is a sentence":     {`{"Error":"No access."}`, "No access."},
		"Error_Message":                   {`{"Error_Message":"No access."}`, "No access."},
		"an error_message of an object":   {`{"error_message":{"message":"No access."}}`, "No access."},
		"an error_message of a list":      {`{"error_message":["No access."]}`, "No access."},
		"a message in data":               {`{"data":{"message":"No access."}}`, "No access."},
		"a message in meta":               {`{"meta":{"status":403,"message":"No access."},"data":[]}`, "No access."},
		"a message in a response":         {`{"response":{"errors":[{"error":{"message":"No access."}}]}}`, "No access."},
		"a message in a result's list":    {`{"result":[{"msg":"No access."}]}`, "No access."},
		"data that is a text":             {`{"data":"c2VjcmV0","meta":["c2VjcmV0"],"path":"/v1"}`, ""},
		"a message before data":           {`{"data":{"message":"later"},"title":"No access."}`, "No access."},
		"errors by field":                 {`{"errors":{"id":["No access.","Twice."],"name":["other"]}}`, "No access."},
		"errors by field, as text":        {`{"errors":{"base":"No access."}}`, "No access."},
		"errors by field, nested":         {`{"errors":{"a":[],"user":{"roles":[{"message":"No access."}]}}}`, "No access."},
		"errors by field, in Spring":      {`{"title":"No access.","errors":{"id":["field"]}}`, "No access."},
		"errors with a message":           {`{"errors":{"code":"x7","message":"No access."}}`, "No access."},
		"a status that is a text":         {`{"code":403,"status":"No access."}`, "No access."},
		"JSend":                           {`{"status":"fail","data":{"title":"No access."}}`, "No access."},
		"an object that is cut short":     {`{"error":{"message":"No access.","trace":"` + strings.Repeat("x", 100_000), "No access."},
		"a list that is cut short":        {`[{"errors":[{"message":"No access."},{"trace":[1,` + strings.Repeat("[2],", 50_000), "No access."},
		"a long message that is cut":      {`{"message":"x` + strings.Repeat("\\u00e9", 20_000), "x" + strings.Repeat("é", 149) + "..."},
		"no JSON, in braces":              {`{No access.}`, "{No access.}"},
		"no JSON, in brackets":            {`[No access.]`, "[No access.]"},
		"JavaScript":                      {`{'message': 'No access.'}`, "{'message': 'No access.'}"},
		"a text after half of a quote":    {`"No access`, `"No access`},
		"JSON after a prefix":             {`)]}',` + "\n" + `{"a":"No access."}`, `)]}', {"a":"No access."}`},
		"null":                            {"null", ""},
		"nothing":                         {" \r\n", ""},
		"binary":                          {"\x1f\x8b\x08\x00\x00", ""},
		"UTF-16":                          {"\xff\xfef\x00o\x00r\x00b\x00", "forb"},
		"UTF-16, big-endian":              {"\xfe\xff\x00N\x00o\x00 \x20\xac\xd8\x3d\xde\x00\x00", "No €😀"},
		"UTF-16 with JSON":                {"\xff\xfe" + utf16le(`{"message":"No access."}`), "No access."},
		"UTF-16 with HTML":                {"\xff\xfe" + utf16le(`<title>No access.</title>`), "No access."},
		"half a unit of UTF-16":           {"\xff\xfeN\x00o\x00.", "No"},
		"JSON in UTF-16 without a mark":   {utf16le(`{"message":"No access."}`), "No access."},
		"text that ends with NUL":         {"No access.\x00", "No access."},
		"JSON that ends with NUL":         {`{"message":"No access."}` + "\x00", "No access."},
		"Latin-1":                         {"Acc\xe8s refus\xe9", "Accès refusé"},
		"UTF-8 with a byte of Latin-1":    {"Accès refus\xe9", "Accès refusé"},
		"UTF-16 without a mark":           {"f\x00o\x00r\x00b\x00", "forb"},
		"long text":                       {strings.Repeat("very ", 10_000), strings.Repeat("very ", 60) + "..."},
		"a long message":                  {`{"message":"` + strings.Repeat("é", 9_000) + `"}`, strings.Repeat("é", 150) + "..."},
		"a long message, cut in an é":     {`{"message":"x` + strings.Repeat("é", 9_000) + `"}`, "x" + strings.Repeat("é", 149) + "..."},
		"a million brackets":              {strings.Repeat("[", 1_000_000), ""},
		"a script with a comparison":      {"<script>if(a<b){}</script><h1>No access.</h1>", "No access."},
		"a script with a comment":         {`<script>"<!--"</SCRIPT><h1>No access.</h1>`, "No access."},
		"a style that does not end":       {"<style>p<b{}<h1>No access.</h1>", ""},
		"text with character references":  {"No &quot;access&quot; &#x2F; &apos;here&apos;", `No "access" / 'here'`},
		"a title of a million characters": {"<title>" + strings.Repeat("a", 1_000_000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := exchangeAnswered(t, 403, tt.body)
			e := requireError[apiError](t, resp, err)
			assert.Equal(t, tt.message, e.Message)
			assert.Empty(t, e.Code, "a gateway has no code of the API")
			assert.False(t, strings.ContainsFunc(e.Message, unicode.IsControl))
			assert.Equal(t, 502, stytcherror.HTTPStatus(err), "the caller did nothing that is forbidden")
			assert.LessOrEqual(t, len(e.Message), 303)
		})
	}
}

// utf16le encodes a text of ASCII.
func utf16le(text string) string { return strings.Join(strings.Split(text, ""), "\x00") + "\x00" }

// A megabyte takes some milliseconds. If the time grew with the square of the size, it would take minutes.
func TestMessageOf_takesLinearTime(t *testing.T) {
	t.Parallel()
	for _, part := range []string{
		"<", "<!--", "<![CDATA[", "<![CDATA[]]>", "<p>", "<title>", "<title></title>", "<script>", "</", "<a:", "&#", "&lt;",
		"[", `{"errors":`, `{"a":1,"message":`, `"message":"",`, `[{"message":"`, "\\", `\u00`, "\x00", "\xff", "\xff\xfe", " ",
	} {
		for _, before := range []string{"", "<", `{"message":"`, `{"errors":{`, "["} {
			body := before + strings.Repeat(part, 1<<20/len(part))
			start := time.Now()
			transport.MessageOf([]byte(body))
			assert.Less(t, time.Since(start), 10*time.Second, "%s%s...", before, part)
		}
	}
}

// A secret that the end of the body cuts off is not recognized, so what is near the end is not shown.
func TestError_gatewayMessageOfACutBody(t *testing.T) {
	t.Parallel()
	padding := 64<<10 - len(token)/2
	for name, body := range map[string]string{
		"JSON":        `{"trace":"` + strings.Repeat("x", padding-30) + `","message":"` + token,
		"text":        strings.Repeat(" ", padding-1) + "x" + token,
		"a page":      strings.Repeat("<br>", padding/4) + token + "</p>",
		"XML":         strings.Repeat("<a/>", padding/4) + token + "</a>",
		"a heading":   strings.Repeat("<br>", padding/4-2) + "<title>" + token + "</title>",
		"a paragraph": strings.Repeat("<i>", padding/3) + token,
	} {
		t.Run("nothing of a secret is shown that is cut off in "+name, func(t *testing.T) {
			t.Parallel()
			resp, err := exchangeAnswered(t, 403, body)
			e := requireError[apiError](t, resp, err)
			require.NotContains(t, e.Message, token[:6])
		})
		t.Run("nothing of it is shown if the connection breaks in "+name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100000")
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, strings.TrimLeft(body[len(body)/2:padding+len(token)/2], " ,"))
			})
			resp, err := exchange(t.Context(), newClient(t, s.URL))
			e := requireError[apiError](t, resp, err)
			require.NotContains(t, e.Message, token[:6])
		})
	}
}

func TestError_gatewayMessageHidesSecrets(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"where a message is cut":           `{"message":"` + strings.Repeat("x", 290) + token + `"}`,
		"where a text is cut":              strings.Repeat("x", 290) + token + strings.Repeat("x", 10_000),
		"in the title of a page":           "<title>GET /v1?token=" + token + "</title>",
		"in a title, as character entity":  "<title>" + strings.ReplaceAll(token, "c", "&#99;") + "</title>",
		"in an error of an error":          `{"error":{"message":"` + token + `"}}`,
		"in a word for an error":           `{"error":"` + token + `"}`,
		"in JSON, escaped":                 `{"detail":"` + escaped(token) + `"}`,
		"in a text in quotes":              `"` + escaped(token) + `"`,
		"with the project's secret":        secretText + " is wrong",
		"with a mark before it":            "\ufeff" + token,
		"in a message twice as long again": strings.Repeat(token, 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := exchangeAnswered(t, 403, body)
			e := requireError[apiError](t, resp, err)
			require.NotContains(t, e.Message, token[:12])
			require.NotContains(t, e.Message, secretText[:20])
			require.Contains(t, e.Message, "[redacted")
		})
	}
}

func TestError_codes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, code, message string }{
		"OAuth's code is no message":         {`{"error":"invalid_grant"}`, "invalid_grant", ""},
		"OAuth's code beside a message":      {`{"error":"slow_down","message":"Wait."}`, "slow_down", "Wait."},
		"the API's code beside a sentence":   {`{"error_type":"bad_request","error":"Not good."}`, "bad_request", "Not good."},
		"the API's message is kept as it is": {`{"error_type":"bad_request","error_message":"a\n b"}`, "bad_request", "a\n b"},
		"the last code counts":               {`{"error_type":"a","error_type":"bad_request","error_type":null}`, "bad_request", ""},
		"half of an emoji beside a code":     {`{"x":"\ud83d","error_type":"bad_request","error_details":{"a":"\ud83d","a":1}}`, "bad_request", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := exchangeAnswered(t, 400, tt.body)
			e := requireError[apiError](t, resp, err)
			assert.Equal(t, tt.code, string(e.Code))
			assert.Equal(t, tt.message, e.Message)
		})
	}
}
