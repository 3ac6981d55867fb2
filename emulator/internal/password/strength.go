package password

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/frequency"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"

	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
)

const (
	// maxScored is how many bytes of a password zxcvbn looks at: its time grows with more than the square of them.
	maxScored = 40
	// maxL33t is how many different characters that stand for letters it may have to try out: of these, its time is
	// exponential.
	maxL33t = 6
	// validScore is the least score that zxcvbn must give.
	validScore = 3
)

// Policy says which passwords may be set.
type Policy struct {
	// LUDS says that the policy is luds, with MinLength characters of MinComplexity kinds; otherwise it is zxcvbn.
	LUDS                     bool
	MinLength, MinComplexity int
	// Breached are passwords that are known from a data breach, beside the common ones that every policy knows.
	Breached []string
}

// Strength says how hard a password is to guess.
type Strength struct {
	// Valid says whether it satisfies the policy, breaches apart.
	Valid bool
	// Score is 1 to 4.
	Score int
	// Needs is a comparison with the rules of luds.
	Needs b2cpasswords.LUDSRequirements
	// Warning and Suggestions are for the person who chose the password; empty if it is strong enough for zxcvbn.
	Warning     string
	Suggestions []string
}

// Strength checks a password of somebody with an address, which is empty if it is not known. Others guess passwords
// that have parts of it.
func (p Policy) Strength(password, email string) Strength {
	scored := password
	for len(scored) > maxScored {
		_, size := utf8.DecodeLastRuneInString(scored)
		scored = scored[:len(scored)-size]
	}
	found := zxcvbn.PasswordStrength(scored, partsOf(email), func(m match.Matcher) bool {
		return matching.FilterL33tMatcher(m) && l33t(scored) > maxL33t
	})
	s := Strength{Score: max(1, found.Score), Needs: p.compare(password)}
	if found.Score < validScore {
		pattern, longest := "", 0
		for _, m := range found.MatchSequence {
			if m.J-m.I+1 > longest && warnings[m.Pattern] != "" {
				pattern, longest = m.Pattern, m.J-m.I+1
			}
		}
		s.Warning = warnings[pattern]
		s.Suggestions = []string{"Use more words, and ones that are less common."}
	}
	s.Valid = found.Score >= validScore
	if p.LUDS {
		s.Valid = s.Needs.MissingCharacters == 0 && s.Needs.MissingComplexity == 0
	}
	s.Valid = s.Valid && len(password) <= MaxLength
	return s
}

// l33t is how many different characters of a text stand for letters.
func l33t(text string) (n int) {
	for _, r := range "@48({[<3691!|70$5+%2" {
		if strings.ContainsRune(text, r) {
			n++
		}
	}
	return n
}

// warnings are what is said about the longest pattern in a password that is easy to guess.
var warnings = map[string]string{
	"dictionary": "Common words and names are easy to guess.",
	"spatial":    "Keys that are next to each other are easy to guess.",
	"repeat":     "Repeated characters are easy to guess.",
	"sequence":   "Sequences such as abc or 6543 are easy to guess.",
}

// partsOf are an address and the words in it, in lower case.
func partsOf(email string) []string {
	lower := strings.ToLower(email)
	words := strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return append([]string{lower}, words...)
}

func (p Policy) compare(password string) b2cpasswords.LUDSRequirements {
	var has b2cpasswords.LUDSRequirements
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			has.HasLowerCase = true
		case unicode.IsUpper(r):
			has.HasUpperCase = true
		case unicode.IsDigit(r):
			has.HasDigit = true
		default:
			has.HasSymbol = true
		}
	}
	has.MissingComplexity = p.MinComplexity
	for _, there := range []bool{has.HasLowerCase, has.HasUpperCase, has.HasDigit, has.HasSymbol} {
		if there && has.MissingComplexity > 0 {
			has.MissingComplexity--
		}
	}
	has.MissingCharacters = max(0, p.MinLength-utf8.RuneCountInString(password))
	return has
}

// common are the passwords that people have chosen most often, in lower case, as data breaches have shown.
var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, password := range frequency.Lists["Passwords"].List {
		set[strings.ToLower(password)] = true
	}
	return set
})

// IsBreached reports whether a password is known from a data breach: one of Breached, or a common one, whatever the
// case of its letters.
func (p Policy) IsBreached(password string) bool {
	return slices.Contains(p.Breached, password) || common()[strings.ToLower(password)]
}
