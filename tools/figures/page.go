package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"text/template"
	"time"
)

//go:embed page.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"thousands": thousands,
	"seconds":   func(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) },
	"micro":     func(ns float64) string { return fmt.Sprintf("%.1f µs", ns/1000) },
	"kilo":      func(b float64) string { return fmt.Sprintf("%.1f kB", b/1000) },
}).Parse(pageText))

// Difference is how much larger the program is than the one it is compared with, as built by default.
func (f *figures) Difference(s size) string { return percent(s.Bytes, f.Sizes[s.Base].Bytes) }

// DifferenceStd is the same with json/v2 in the standard library.
func (f *figures) DifferenceStd(s size) string { return percent(s.Std, f.Sizes[s.Base].Std) }

// DifferenceV1 is how much larger the SDK's program is than one with encoding/json, as built by default.
func (f *figures) DifferenceV1() string { return percent(f.bytes("sdk"), f.bytes("bare")) }

func (f *figures) bytes(name string) int64 {
	i := slices.IndexFunc(f.Sizes, func(s size) bool { return s.Name == name })
	return f.Sizes[i].Bytes
}

func percent(n, base int64) string {
	if n == base {
		return ""
	}
	return fmt.Sprintf("%+.1f %%", 100*float64(n-base)/float64(base))
}

// thousands writes a number in groups of three digits.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
