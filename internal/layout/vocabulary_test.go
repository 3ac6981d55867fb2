package layout_test

import (
	"fmt"
	"go/ast"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// metaphors are words that neither comments nor names use: the field or plain English has others for the same.
var metaphors = strings.Fields(`
	bite bites bitten dawn door doors eyes flight flights floor floors founding hall halls houses judge judged judges
	keeper keepers landed lands promise promised promises rehearsal rehearsals rehearse rooms settle settled settles sow sown
	stages storey storeys worlds`)

// metaphorsInNames are banned in names only. In comments they may be ordinary words, as in "room for 20 keys".
var metaphorsInNames = append(strings.Fields(`house land leaf leaves room stage terms world`), metaphors...)

// vocabulary complains about metaphors in comments and names, in generated files too, whose text is from a template or
// from api/. A name after a dot is checked in the file that declares it.
func vocabulary(files []*goFile) []string {
	var complaints []string
	for _, f := range files {
		for _, group := range f.tree.Comments {
			for _, c := range group.List {
				for _, word := range metaphorsIn(words(c.Text), metaphors) {
					complaints = append(complaints, fmt.Sprintf("%s: a comment says %s", f.fset.Position(c.Pos()), word))
				}
			}
		}
		selected, seen := map[*ast.Ident]bool{}, map[string]bool{}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				selected[n.Sel] = true
			case *ast.Ident:
				if !selected[n] && !seen[n.Name] && len(metaphorsIn(words(n.Name), metaphorsInNames)) > 0 {
					seen[n.Name] = true
					complaints = append(complaints, fmt.Sprintf("%s: %s", f.fset.Position(n.Pos()), n.Name))
				}
			}
			return true
		})
	}
	return complaints
}

var word = regexp.MustCompile(`\p{Lu}?\p{Ll}+|\p{Lu}+`)

// words returns the words of a text or of a name in camel case, in lower case.
func words(text string) []string {
	list := word.FindAllString(text, -1)
	for i := range list {
		list[i] = strings.ToLower(list[i])
	}
	return list
}

func metaphorsIn(words, list []string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return !slices.Contains(list, w) })
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"roomKeeper":              {"room", "keeper"},
		"RoomKeeperID":            {"room", "keeper", "id"},
		"mushroom, Hall_of 2nd":   {"mushroom", "hall", "of", "nd"},
		"// Houses, in the house": {"houses", "in", "the", "house"},
	} {
		if got := words(text); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// Documents do not use the metaphors either.
func TestDocuments_vocabulary(t *testing.T) {
	t.Parallel()
	err := walk(os.DirFS(root), ".md", func(name string, text []byte) error {
		for _, found := range metaphorsIn(words(string(text)), metaphors) {
			t.Errorf("%s says %s", name, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
