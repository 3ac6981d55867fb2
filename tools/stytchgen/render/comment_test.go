package render

import (
	"strings"
	"testing"
)

func TestComment(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("x", 20)
	five := strings.TrimSpace(strings.Repeat(word+" ", 5))
	twelve := strings.Repeat("y", 12)
	for _, tc := range []struct {
		name, text, want string
		indent           int
	}{
		{"one line", "A text.", "// A text.", 0},
		{"indented", "A text.", "\t// A text.", 1},
		{"paragraphs", "One.\n\n\nTwo.", "// One.\n//\n// Two.", 0},
		{"a list follows its heading", "Codes:\n   - One\n   - Two\nEnd.", "// Codes:\n//   - One\n//   - Two\n//\n// End.", 0},
		{"code is separate", "Call:\n\ta()\n\tb()\nEnd.", "// Call:\n//\n//\ta()\n//\tb()\n//\n// End.", 0},
		{"breaks before column 121", five + " " + word, "// " + five + "\n// " + word, 0},
		{"a tab counts four", five + " " + twelve, "// " + five + " " + twelve, 0},
		{"a tab counts four, indented", five + " " + twelve, "\t// " + five + "\n\t// " + twelve, 1},
		{"a long word is not broken", "a " + strings.Repeat("y", 120), "// a\n// " + strings.Repeat("y", 120), 0},
		{"runes, not bytes", strings.TrimSpace(strings.Repeat("ü ", 58)), "// " + strings.TrimSpace(strings.Repeat("ü ", 58)), 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := comment(tc.indent, tc.text); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		std, others []string
		want        string
	}{
		{"none", nil, nil, ""},
		{"one", []string{`"time"`}, nil, "import \"time\"\n"},
		{"sorted by path, once, in two groups", []string{`"time"`, `"fmt"`}, []string{`z "x/a"`, `"x/b"`, `"x/b"`},
			"import (\n\t\"fmt\"\n\t\"time\"\n\n\tz \"x/a\"\n\t\"x/b\"\n)\n"},
	} {
		if got := imports(tc.std, tc.others); got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, got, tc.want)
		}
	}
}
