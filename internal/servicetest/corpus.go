package servicetest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// corpusInput is one field of one operation, and how to put a value into it.
type corpusInput struct {
	operation string
	field     string // that a refusal must name
	bad       func(string) bool
	put       func(*corpusStage, string) error

	// answers says what good values may end in: nil alone when it is empty.
	answers []error
	// late says which bad values are refused by a look at the store only; the
	// zero value means none.
	late func(string) bool
}

// corpusStage is a town with something of everything, for values to go through.
type corpusStage struct {
	town
	role    string // a custom role of Acme's
	cursors cursors
	n       int // makes names unique, where they must be

	// An invitation that waits to be accepted, and for whom.
	spare charter.Issued
	waits orgs.UserID
}

// RunCorpus puts every value of a corpus into every field of every operation, on
// stores from open. Each is refused with an error that names the field, or is
// taken; nothing panics, changes by halves or tells what it should not.
func RunCorpus(t *testing.T, open Open) {
	values := corpus()
	inputs := slices.Concat(
		actorInputs(), userInputs(), orgInputs(), memberInputs(), inviteInputs(), roleInputs(), grantInputs(), bulkInputs(), questionInputs(),
	)
	for _, in := range inputs {
		t.Run(in.operation+" "+in.field, func(t *testing.T) { in.run(newCorpusStage(t, open), values) })
	}
	t.Run("forged cursors", func(t *testing.T) { runForged(newCorpusStage(t, open)) })
	t.Run("numbers", func(t *testing.T) { runNumbers(newCorpusStage(t, open)) })
}

func newCorpusStage(t *testing.T, open Open) *corpusStage {
	t.Helper()
	s := &corpusStage{town: newTown(On(t, watch(open(t))))}
	s.role = string(s.Role(s.ada, "Clerk", viewDevice))
	s.Devices(s.ada, 3)
	s.Must(s.Svc.Grants.Introduce(s.Ctx, s.ada))
	s.cursors = newCursors(s)
	s.wait()
	return s
}

// wait makes the next invitation that waits to be accepted.
func (s *corpusStage) wait() {
	s.Helper()
	s.waits = orgs.UserID(s.fresh("w"))
	s.spare = s.Invite(s.ada, s.waits, roles.Viewer)
}

// untouched returns s with a Service that panics when it touches its store.
func (s *corpusStage) untouched() *corpusStage {
	w, copied := *s.World, *s
	w.Svc = s.Svc.With(struct{ store.Store }{})
	copied.World = &w
	return &copied
}

// corpus returns the values. They are many things to somebody: to a parser, a
// database, a terminal, a reader.
func corpus() []string {
	values := []string{
		"", " ", "\t", "\n", "\u00a0", "\x00", "a\x00b", "\xff", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf",
		"a\nb", "a\r\nb", "a\x1b[31mb", "a\x7fb", "a\u0085b", "a\u2028b", "a\u2029b", "a\u202eb", "a\u200bb", "a\u200db", "\u200d", "\u3164", "a\u2066b", "a\u00adb", "\ufeffab", "a\u0301b", "\ufffdab",
		"' OR '1'='1", "'; DROP TABLE members; --", `" OR ""="`, "1; SELECT pg_sleep(10)", "%", "_", "%%%", `\`, `\\'`, "$1 ?1 :a @p1",
		"{{7*7}}", "${jndi:x}", "../../etc/passwd",
		"<script>alert(1)</script>", "NULL", "null", "undefined", "true", "-1", "1e309", "0x41414141", "00000000-0000-0000-0000-000000000000",
		"\u212aelvin@x.example", "\u0430dmin", "admin\u200b", "Admin ", "ADMIN", "İstanbul", "ıi", "ß", "ﬁn", "🇩🇪",
		"👩‍👩‍👧", "𝒶𝒷𝒸", "a@b", "a@b@c", "@", "<a@b>", "a b@c", "a@b\n", "a\u2003b@c",
		"devices.view", "device", "users.access",
	}
	for _, n := range []int{1, 100, 101, 128, 129, 254, 255, 256, 257, 300, 301, 2000, 2001, 8192, 8193} {
		values = append(values, strings.Repeat("q", n))
	}
	for _, n := range []int{1, 50, 63, 64, 100, 101, 2000, 2001} {
		values = append(values, runes(n, '😀'))
	}
	values = append(values, runes(250, 'q')+"@x.y", runes(251, 'q')+"@x.y", runes(254, ' ')+"q@x.y")
	for _, c := range []string{"q", "\xff", " ", "\x00"} {
		values = append(values, strings.Repeat(c, 10<<20))
	}
	return values
}

// run puts every value into the field: first those that must be refused, then
// those that may be taken.
func (in corpusInput) run(s *corpusStage, values []string) {
	good := make([]string, 0, len(values))
	before := s.fingerprint()
	for _, value := range values {
		if !in.bad(value) {
			good = append(good, value)
			continue
		}
		on := s
		if in.late == nil || !in.late(value) {
			on = s.untouched()
		}
		err := in.put(on, value)
		refused := (*charter.InvalidError)(nil)
		if !errors.As(err, &refused) || !errors.Is(err, charter.ErrInvalid) {
			s.Fatalf("%s: got %v, want an InvalidError", excerpt(value), err)
		}
		if refused.Field != in.field {
			s.Fatalf("%s: the error names the field %q, want %q", excerpt(value), refused.Field, in.field)
		}
		in.discreet(s, value, err)
	}
	s.Same("stored after refusals", s.fingerprint(), before)
	for _, value := range good {
		before := s.fingerprint()
		err := in.put(s, value)
		if err == nil {
			continue
		}
		if !slices.ContainsFunc(in.answers, func(answer error) bool { return errors.Is(err, answer) }) {
			s.Fatalf("%s: got %v, want one of %v", excerpt(value), err, in.answers)
		}
		in.discreet(s, value, err)
		s.Same("stored after an error", s.fingerprint(), before)
	}
}

// discreet fails the test when err tells the value, or anything of a database.
func (in corpusInput) discreet(s *corpusStage, value string, err error) {
	s.Helper()
	text := err.Error()
	if len(text) > 200 || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		s.Fatalf("%s: an error for nobody: %.300q", excerpt(value), text)
	}
	if len(value) > 200 {
		return // it does not fit
	}
	known := in.operation + " " + in.field + " " + "service.action device users.access null true undefined"
	if v := strings.TrimSpace(value); len(v) > 2 && strings.Contains(text, v) && !strings.Contains(known, v) {
		s.Fatalf("%s: the error tells the value: %q", excerpt(value), text)
	}
	for _, word := range []string{
		"SELECT", "INSERT", "UPDATE", "DELETE", "WHERE", "sql", "SQL", "constraint", "syntax", "0x", "goroutine", ".go:",
	} {
		if strings.Contains(text, word) {
			s.Fatalf("%s: the error tells %q: %q", excerpt(value), word, text)
		}
	}
}

// excerpt returns the value for a message, cut.
func excerpt(value string) string {
	if len(value) > 40 {
		value = value[:40] + "…"
	}
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '·'
		}
		return r
	}, value), "?")
}

// The limits of the documentation, said again.

// badID: 1 to 255 bytes of UTF-8 without NUL.
func badID(v string) bool {
	return v == "" || len(v) > 255 || !utf8.ValidString(v) || strings.ContainsRune(v, 0)
}

// badLine returns what is bad in a line of least to most characters, trimmed.
func badLine(least, most int) func(string) bool {
	return func(v string) bool {
		if v = strings.TrimSpace(v); len(v) > most*utf8.UTFMax {
			return true
		}
		n := utf8.RuneCountInString(v)
		return n < least || n > most || !utf8.ValidString(v) || strings.ContainsFunc(v, unseen) || v != "" && strings.Trim(v, joiners) == ""
	}
}

// joiners shape letters and pictures, and show nothing by themselves.
const joiners = "\u200c\u200d"

// unseen reports whether r breaks a line, does something to a terminal, or does
// not show.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) &&
		!strings.ContainsRune(joiners, r)
}

// badRoleName is badLine, with joiners bad too.
func badRoleName(v string) bool { return badLine(1, 100)(v) || strings.ContainsAny(v, joiners) }

// badText returns what is bad in a text of most characters.
func badText(most int) func(string) bool {
	return func(v string) bool {
		return len(v) > most*utf8.UTFMax || utf8.RuneCountInString(v) > most || !utf8.ValidString(v) || strings.ContainsRune(v, 0)
	}
}

// badAddress: one @ with something on either side, up to 254 bytes, no space,
// control or hidden character or bracket.
func badAddress(v string) bool {
	v = strings.TrimSpace(v)
	name, domain, _ := strings.Cut(v, "@")
	return len(v) > 254 || badLine(1, 254)(v) || strings.ContainsAny(v, joiners) || name == "" || domain == "" || strings.Contains(domain, "@") ||
		strings.ContainsAny(v, "<>(),;:\\\"[]") || strings.ContainsFunc(v, unicode.IsSpace)
}

func always(string) bool { return true }

func notEmpty(v string) bool { return v != "" }

// allBut says that everything but good is bad.
func allBut(good ...string) func(string) bool {
	return func(v string) bool { return !slices.Contains(good, v) }
}

func never(string) bool { return false }

func unless(bad func(string) bool) func(string) bool {
	return func(v string) bool { return !bad(v) }
}

func trim(v string) string { return strings.TrimSpace(v) }
