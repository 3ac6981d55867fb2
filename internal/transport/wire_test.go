package transport_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/internal/transport"
)

// wire is a network in memory, for synctest bubbles. Each connection is served by serve.
type wire struct {
	serve  func(net.Conn)
	dials  atomic.Int64
	open   atomic.Int64
	served sync.WaitGroup

	mu    sync.Mutex
	conns []*buffered
}

func (w *wire) dial(context.Context, string, string) (net.Conn, error) {
	w.dials.Add(1)
	w.open.Add(1)
	ours, theirs := net.Pipe()
	server, client := newBuffered(theirs), newBuffered(ours)
	w.served.Go(func() {
		defer w.open.Add(-1)
		defer func() { _ = server.Close() }()
		w.serve(server)
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, client)
	return client, nil
}

// lose makes the connections of now lose what the client writes, without an end.
func (w *wire) lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		c.lost.Store(true)
	}
}

// buffered is a connection whose writes do not wait for the reader, as those of TCP do not.
type buffered struct {
	net.Conn

	out    chan []byte
	closed chan struct{}
	end    func()
	lost   atomic.Bool
	writes atomic.Int64
}

func newBuffered(c net.Conn) *buffered {
	b := &buffered{Conn: c, out: make(chan []byte, 1<<12), closed: make(chan struct{})}
	b.end = sync.OnceFunc(func() { close(b.closed) })
	go b.flush()
	return b
}

// flush writes what is left before it closes the connection.
func (b *buffered) flush() {
	defer func() { _ = b.Conn.Close() }()
	for {
		select {
		case p := <-b.out:
			if _, err := b.Conn.Write(p); err != nil {
				return
			}
		case <-b.closed:
			for {
				select {
				case p := <-b.out:
					_, _ = b.Conn.Write(p)
				default:
					return
				}
			}
		}
	}
}

func (b *buffered) Write(p []byte) (int, error) {
	b.writes.Add(1)
	select {
	case <-b.closed:
		return 0, net.ErrClosed
	default:
	}
	if !b.lost.Load() {
		b.out <- append([]byte(nil), p...)
	}
	return len(p), nil
}

func (b *buffered) Close() error {
	b.end()
	return nil
}

// certificate returns the TLS configurations of a server for example.com and of its clients.
var certificate = sync.OnceValues(func() (server, client *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"example.com"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(1, 0, 0), // time in a bubble begins in 2000
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	own := tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
	return &tls.Config{Certificates: []tls.Certificate{own}}, &tls.Config{RootCAs: roots}
})

// over makes the wire one of TLS, with the protocol that ALPN selects.
func (w *wire) over(protocol string, serve func(net.Conn)) {
	config, _ := certificate()
	config = config.Clone()
	config.NextProtos = []string{protocol}
	w.serve = func(c net.Conn) {
		conn := tls.Server(c, config)
		defer func() { _ = conn.Close() }()
		if conn.Handshake() == nil { //nolint:noctx // the connection ends with the test
			serve(conn)
		}
	}
}

// transports are those that a client may have, by name, with connections over w.
func (w *wire) transports() map[string]*http.Transport {
	_, config := certificate()
	own := transport.NewTransport()
	own.DialContext, own.TLSClientConfig = w.dial, config.Clone()
	return map[string]*http.Transport{
		"ours":     own,
		"a user's": {DialContext: w.dial, TLSClientConfig: config.Clone(), ForceAttemptHTTP2: true},
	}
}

// Types and flags of HTTP/2 frames (RFC 9113, section 6).
const (
	frameData, frameHeaders, frameReset, frameSettings, framePing, frameGoAway = 0, 1, 3, 4, 6, 7

	flagAck, flagEndStream, flagEndHeaders = 1, 1, 4
)

type frame struct {
	kind, flags byte
	stream      uint32
	payload     []byte
}

// http2Conn is the server's side of an HTTP/2 connection.
type http2Conn struct {
	net.Conn

	in *bufio.Reader
}

// serveHTTP2 reads the client's preface, sends settings, and calls handle for each frame until that returns false.
func serveHTTP2(handle func(*http2Conn, frame) bool) func(net.Conn) {
	return func(c net.Conn) {
		h := &http2Conn{Conn: c, in: bufio.NewReader(c)}
		if _, err := h.in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")); err != nil {
			return
		}
		h.send(frameSettings, 0, 0)
		for {
			f, err := h.next()
			if err != nil || !handle(h, f) {
				return
			}
		}
	}
}

// next returns the next frame, other than settings and pings, which it acknowledges.
func (h *http2Conn) next() (frame, error) {
	for {
		var head [9]byte
		if _, err := io.ReadFull(h.in, head[:]); err != nil {
			return frame{}, err
		}
		f := frame{kind: head[3], flags: head[4], stream: binary.BigEndian.Uint32(head[5:])}
		f.payload = make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(h.in, f.payload); err != nil {
			return frame{}, err
		}
		switch {
		case f.flags&flagAck != 0 && (f.kind == frameSettings || f.kind == framePing):
		case f.kind == frameSettings:
			h.send(frameSettings, flagAck, 0)
		case f.kind == framePing:
			h.send(framePing, flagAck, 0, f.payload...)
		default:
			return f, nil
		}
	}
}

func (h *http2Conn) send(kind, flags byte, stream uint32, payload ...byte) {
	n := len(payload)
	raw := []byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(raw[5:], stream)
	_, _ = h.Write(append(raw, payload...))
}

func (h *http2Conn) reset(stream, code uint32) {
	h.send(frameReset, 0, stream, binary.BigEndian.AppendUint32(nil, code)...)
}

func (h *http2Conn) goAway(last, code uint32) {
	h.send(frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code)...)
}

// informational sends a 103. In HPACK, 0x08 is :status with a literal value.
func (h *http2Conn) informational(stream uint32) {
	h.send(frameHeaders, flagEndHeaders, stream, 0x08, 3, '1', '0', '3')
}

// answer sends a 200, which HPACK has at index 8, and its body.
func (h *http2Conn) answer(stream uint32, body string) {
	h.send(frameHeaders, flagEndHeaders, stream, 0x88)
	h.send(frameData, flagEndStream, stream, []byte(body)...)
}
