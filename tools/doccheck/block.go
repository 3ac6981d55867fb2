package main

import (
	"fmt"
	"strings"
)

// block is a block of Go in a document or in a package's comment.
type block struct {
	file string
	line int // number of the first line of code, from 1
	text string
	// imports are the packages whose names the block may use, besides those that only one package has.
	imports []string
	// vars come from an HTML comment before the block.
	vars []string
}

// extract returns the blocks fenced as go. A fence and its content may be indented, as in a list.
func extract(file, text string) ([]block, error) {
	var list []block
	var vars []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case strings.HasPrefix(line, "```"):
			end := closing(lines, i)
			if end < 0 {
				return nil, fmt.Errorf("%s:%d: the fence is never closed", file, i+1)
			}
			if language, _, _ := strings.Cut(strings.TrimLeft(line, "`"), " "); language == "go" {
				text := unindent(lines[i+1:end], lines[i])
				list = append(list, block{file: file, line: i + 2, text: text, vars: vars})
			}
			vars, i = nil, end
		case strings.HasPrefix(line, "<!-- vars:"):
			vars = hint(line)
		case line != "":
			vars = nil
		}
	}
	return list, nil
}

// closing is the index of the line that closes the fence at line i, -1 if there is none.
func closing(lines []string, i int) int {
	open := strings.TrimSpace(lines[i])
	fence := open[:len(open)-len(strings.TrimLeft(open, "`"))]
	for end := i + 1; end < len(lines); end++ {
		if line := strings.TrimSpace(lines[end]); strings.HasPrefix(line, fence) && strings.Trim(line, "`") == "" {
			return end
		}
	}
	return -1
}

func unindent(lines []string, fence string) string {
	indent := fence[:len(fence)-len(strings.TrimLeft(fence, " \t"))]
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimPrefix(line, indent) + "\n")
	}
	return b.String()
}

// hint is the list in an HTML comment, separated by commas that are not within brackets.
func hint(line string) []string {
	_, rest, _ := strings.Cut(line, ":")
	var list []string
	var item strings.Builder
	depth := 0
	for _, r := range strings.TrimSuffix(rest, "-->") + "," {
		switch r {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if r != ',' || depth > 0 {
			item.WriteRune(r)
			continue
		}
		if text := strings.TrimSpace(item.String()); text != "" {
			list = append(list, text)
		}
		item.Reset()
	}
	return list
}
