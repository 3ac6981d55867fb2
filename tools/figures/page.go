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
	"seconds":   func(d time.Duration) string { return fmt.Sprintf("%.*f s", digits(d.Seconds()), d.Seconds()) },
	"ratio":     func(a, b time.Duration) string { return fmt.Sprintf("%.2f", a.Seconds()/b.Seconds()) },
	"mega":      func(n int64) string { return fmt.Sprintf("%.2f MB", float64(n)/1e6) },
}).Parse(pageText))

// Difference is how much larger the program is than the one it is compared with, as built by default.
func (f *figures) Difference(s size) string { return percent(s.Bytes, f.Sizes[s.Base].Bytes) }

// DifferenceStd is the same with json/v2 in the standard library.
func (f *figures) DifferenceStd(s size) string { return percent(s.Std, f.Sizes[s.Base].Std) }

// Added is how many bytes the SDK's program has more than the one with this name, as built by default.
func (f *figures) Added(name string) int64 { return f.Between(name, "sdk") }

// AddedStd is the same with json/v2 in the standard library.
func (f *figures) AddedStd(name string) int64 { return f.size("sdk").Std - f.size(name).Std }

// Between is how many bytes the second program has more than the first, as built by default.
func (f *figures) Between(first, second string) int64 {
	return f.size(second).Bytes - f.size(first).Bytes
}

func (f *figures) size(name string) size {
	return f.Sizes[slices.IndexFunc(f.Sizes, func(s size) bool { return s.Name == name })]
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
