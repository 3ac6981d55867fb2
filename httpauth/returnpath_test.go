package httpauth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/httpauth"
)

func TestReturnPath_keepsPaths(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ next, want string }{
		"the root":                           {"/", "/"},
		"a path":                             {"/notes", "/notes"},
		"a path with a slash at its end":     {"/notes/", "/notes/"},
		"a path and a query":                 {"/notes?page=2&q=a%20b", "/notes?page=2&q=a%20b"},
		"an empty query":                     {"/notes?", "/notes?"},
		"a URL in a query":                   {"/login?to=https://example.net/x", "/login?to=https://example.net/x"},
		"slashes and dots in a query":        {"/?a=//x/../y", "/?a=//x/../y"},
		"a fragment":                         {"/notes#top", "/notes#top"},
		"an escaped space":                   {"/a%20b", "/a%20b"},
		"an escaped percent sign":            {"/100%25", "/100%25"},
		"a space that is escaped four times": {escaped("20b", 4), escaped("20b", 4)},
		"an escaped slash further on":        {"/a%2fb", "/a%2fb"},
		"a doubled slash further on":         {"/a//b", "/a//b"},
		"characters outside ASCII":           {"/größe", "/gr%C3%B6%C3%9Fe"},
		"characters outside ASCII, in query": {"/?q=größe", "/?q=gr%C3%B6%C3%9Fe"},
		"dots in a name":                     {"/a.b/..c/d..", "/a.b/..c/d.."},
		"three dots":                         {"/.../x", "/.../x"},
		"a colon":                            {"/a:b", "/a:b"},
		"an at sign":                         {"/@ada", "/@ada"},
		"a semicolon":                        {"/a;b=c", "/a;b=c"},
		"2048 bytes":                         {"/" + strings.Repeat("a", 2047), "/" + strings.Repeat("a", 2047)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, httpauth.ReturnPath(tt.next))
			assert.Equal(t, tt.want, httpauth.ReturnPath(tt.want), "it stays as it is")
		})
	}
}

// escaped returns a path that ends in what is escaped n times.
func escaped(text string, n int) string { return "/a%" + strings.Repeat("25", n-1) + text }

func TestReturnPath_givesTheRootForWhatIsEscapedFiveTimesOrMore(t *testing.T) {
	t.Parallel()
	for _, n := range []int{5, 6, 7, 20, 500} {
		for _, text := range []string{"20b", "2fexample.net", "2e%2e/x", "0ax"} {
			assert.Equal(t, "/", httpauth.ReturnPath(escaped(text, n)), "%s, %d times", text, n)
		}
	}
}

var hostile = []string{
	"", "notes", "?next=/", "#", ".", "..", "./notes", "@example.net", "\x00", "%2f", "%2fexample.net",
	"//", "//?x", "//#x", "//example.net", "///example.net", "////example.net", "//example.net/%2f..", "/\\example.net", "\\/example.net",
	"\\\\example.net", "/\\/example.net", "//\\example.net", "/%2fexample.net", "/%2Fexample.net", "/%5cexample.net",
	"/%5Cexample.net", "/%252fexample.net", "/%25252fexample.net", "/%255cexample.net", "/%25%32%66example.net",
	"/%252fexample.net/%25zz", "/%2fexample.net/%25", "/%25252e%25252e/%25zz",
	"/\texample.net", "/\t/example.net", "\t//example.net", "/\n/example.net", "/\r/example.net", "/\r\nLocation: x",
	"/\x00/example.net", "/%09/example.net", "/%0a/example.net", "/%0d%0aSet-Cookie:x", "/%00", "/a%00b", "/%250a", "/a%7fb",
	" /notes", "/ /example.net", "/notes ", "/no tes", "/\x7f", "/a\u0000",
	"https://example.net", "https:/example.net", "https:example.net", "http://example.net/x", "HTTPS://EXAMPLE.NET",
	"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "mailto:x@example.net", "file:///etc/passwd",
	"https://app.example.com/notes", "https://app.example.com@example.net", "//app.example.com@example.net",
	"//user:pass@example.net/", "//example.net:80", "//[::1]/", "//0x7f.1", "//%65xample.net",
	"/\uff0fexample.net", "/\uff3cexample.net", "/\u2044example.net", "/\u2215example.net", "/\u29f5example.net",
	"/\u29f8example.net", "/%ef%bc%8fexample.net", "\uff0f\uff0fexample.net",
	"/..", "/.", "/../x", "/./x", "/a/..", "/a/.", "/a/../..//example.net", "/.//example.net", "/..//example.net",
	"/x/..//example.net", "/%2e%2e/x", "/%2e/x", "/.%2e//example.net", "/%2E%2E//example.net", "/%252e%252e/x", "/a/%2e%2e%2fx",
	"/%", "/%zz", "/%2", "/a%", "/\xff", "/\xc0\xaf/example.net", "/%ff%", "/\u2028\x01",
	"/" + strings.Repeat("a", 2048), "/?" + strings.Repeat("a", 4096), strings.Repeat("/", 3000),
}

func TestReturnPath_givesTheRootForWhatMayLeadElsewhere(t *testing.T) {
	t.Parallel()
	for _, next := range hostile {
		assert.Equal(t, "/", httpauth.ReturnPath(next), "%.60q", next)
	}
}

// resolve returns the host to which a browser goes from a page of base for a Location, as the URL standard of WHATWG
// says it for special schemes: white space around it, tabs and line breaks are removed, and a backslash is a slash.
func resolve(base, location string) (host string) {
	location = strings.TrimFunc(location, func(r rune) bool { return r <= ' ' })
	location = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(location)
	end := strings.IndexAny(location, "?#")
	if end < 0 {
		end = len(location)
	}
	location = strings.ReplaceAll(location[:end], `\`, "/")
	if scheme, rest, ok := strings.Cut(location, ":"); ok && !strings.Contains(scheme, "/") {
		location = "//" + strings.TrimLeft(rest, "/") // of any scheme: it is not of the application
	}
	if !strings.HasPrefix(location, "//") {
		return base
	}
	location = strings.TrimLeft(location, "/") // any number of slashes
	location, _, _ = strings.Cut(location, "/")
	return location[strings.LastIndexByte(location, '@')+1:]
}

func TestReturnPath_testsResolveAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"/notes": "app.example.com", "//example.net/x": "example.net", "/\\example.net": "example.net", "/\t/example.net": "example.net",
		"https:example.net": "example.net", "///example.net": "example.net", "//a@example.net": "example.net", "/?//x": "app.example.com",
	} {
		assert.Equal(t, want, resolve("app.example.com", location), location)
	}
}

// Whatever is given, a browser that is redirected to the result stays with the application.
func FuzzReturnPath(f *testing.F) {
	for _, next := range hostile {
		f.Add(next)
	}
	for _, next := range []string{"/notes?page=2", "/größe?q=ö#x", "/a%2fb", "/100%25"} {
		f.Add(next)
	}
	base, err := url.Parse("https://app.example.com/auth/callback?x=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		path := httpauth.ReturnPath(next)
		if again := httpauth.ReturnPath(path); again != path && len(path) <= 2048 {
			t.Errorf("%q becomes %q, and that %q", next, path, again)
		}
		if !strings.HasPrefix(path, "/") {
			t.Fatalf("%q is no path", path)
		}
		if i := strings.IndexFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }); i >= 0 {
			t.Errorf("%q has a character that browsers or headers change", path)
		}
		u, err := url.Parse(path)
		if err != nil {
			t.Fatalf("%q: %v", path, err)
		}
		if to := base.ResolveReference(u); to.Host != base.Host || to.Scheme != base.Scheme || to.User != nil {
			t.Errorf("%q leads to %s", path, to)
		}
		for text := u.EscapedPath(); ; { // also for who removes escapes before it redirects
			if host := resolve(base.Host, text); host != base.Host {
				t.Errorf("%q leads to %s", path, host)
			}
			decoded, err := url.PathUnescape(text)
			if err != nil || decoded == text {
				break
			}
			text = decoded
		}
		if host := resolve(base.Host, path); host != base.Host {
			t.Errorf("%q leads to %s", path, host)
		}
	})
}
