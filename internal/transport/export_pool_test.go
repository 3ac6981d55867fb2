package transport

import "bytes"

// Pooled puts a buffer of a size into the pool, and reports whether the pool returns it.
func Pooled(size int) bool {
	b := bytes.NewBuffer(make([]byte, 0, size))
	putBuffer(b)
	return buffers.Get().(*bytes.Buffer) == b
}
