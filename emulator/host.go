package emulator

import (
	"cmp"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// codeHostNotAllowed is the emulator's own error type for a request with an unknown host.
const codeHostNotAllowed stytcherror.Code = "emulator_host_not_allowed"

var hostForm = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// maxHost bounds the name of a host, in bytes.
const maxHost = 253

// hosts are the names that a request's Host may have, besides IP addresses.
type hosts map[string]bool

// newHosts validates names and returns them with localhost.
func newHosts(names []string) (hosts, error) {
	known := hosts{"localhost": true}
	for _, name := range names {
		canonical := strings.TrimSuffix(state.Lower(name), ".")
		if len(canonical) > maxHost || !hostForm.MatchString(canonical) {
			return nil, fmt.Errorf("emulator: Hosts: %q is not a host name without a port", name)
		}
		known[canonical] = true
	}
	return known, nil
}

// check refuses a request that came over the network for a host that is not known. A web page that makes its own name
// resolve to this machine (DNS rebinding) sends that name; it cannot send an IP address or localhost. Any host is known
// of a request that did not come from an [http.Server]. A host that cannot be part of a URL is refused.
func (h hosts) check(r *http.Request) *ops.Error {
	if addr, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr); addr == nil || h.knows(r.Host) {
		return checkForm(r.Host)
	}
	return &ops.Error{Code: codeHostNotAllowed, Status: http.StatusForbidden, Text: fmt.Sprintf(
		"The emulator does not answer to the host %q. If the name is yours, allow it: stytch-emulator --host NAME, "+
			"or Hosts in emulator.Config.", r.Host[:min(len(r.Host), maxHost)])}
}

// checkForm refuses a host with a port that there is not, or with the zone id of an IPv6 address, which means something
// on one machine only. URLs that lead back here are made from it.
func checkForm(host string) *ops.Error {
	u, err := url.Parse("http://" + host)
	if err == nil && u.Host == host && !strings.Contains(host, "%") {
		if _, err = strconv.ParseUint(cmp.Or(u.Port(), "0"), 10, 16); err == nil {
			return nil
		}
	}
	return ops.ErrBadRequest.Because("The Host is malformed, or has a zone id or a port above %d.", math.MaxUint16)
}

// knows reports whether a Host is known. Case, the port and the dot of a fully qualified name do not count.
func (h hosts) knows(host string) bool {
	inBrackets := strings.HasPrefix(host, "[")
	name := host
	if inBrackets && strings.HasSuffix(host, "]") {
		name = host[1 : len(host)-1]
	}
	if before, port, err := net.SplitHostPort(host); err == nil && strings.Trim(port, "0123456789") == "" {
		name = before
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return !inBrackets && h[strings.TrimSuffix(state.Lower(name), ".")]
}
