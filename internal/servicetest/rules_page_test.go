package servicetest_test

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
)

var update = flag.Bool("update", false, "write docs/rules.md instead of comparing it")

// entry is a line of the page: a rule of the specification and what it says, in
// short.
type entry struct {
	id, says string
	later    bool // not built yet: it has no case
}

// entries are the rules, all of them, in the order of the specification. A rule
// in scope needs a case; a case needs a rule.
func entries() []entry {
	return []entry{
		{"O1", "Any user founds any number of organizations, and is the first Admin of each.", false},
		{"O2", "A name has 1 to 100 characters and need not be unique.", false},
		{"O3", "Renaming, and reading or changing billing details, need their permissions.", false},
		{"O4", "A member leaves on its own; the last active Admin stays until there is another.", false},
		{"O5", "The Admin who is the only row deletes the organization; a tombstone without personal data is left.", false},
		{"O6", "Whoever loses the last membership gets one new personal organization.", false},
		{"O7", "A user switches among its organizations; inside one, nothing of another exists.", false},
		{"O8", "A user lists and searches its organizations, page by page.", false},
		{"O9", "Signing in is idempotent, refreshes the profile, and gives a newcomer a personal organization.", false},
		{"M1", "Only holders of `users.access` see members; everybody sees their own row.", false},
		{"M2", "The list filters, sorts, searches and pages both ways in one total order that no collation decides.", false},
		{"M3", "A member shows what is known of it, and an ID that means nothing elsewhere.", false},
		{"M4", "Roles are changed at any time, never one's own, and never the last Admin's.", false},
		{"M5", "Removing needs the address typed, takes the grants along, and of oneself is leaving.", false},
		{"M6", "The overview counts active and invited members per role.", false},
		{"M7", "Nobody gives, or touches somebody with, what they do not hold themselves.", false},
		{"M8", "There is no limit on members or organizations.", false},
		{"M9", "A host erases a user.", true},
		{"M10", "A dry run says what an operation would take away.", true},
		{"I1", "An invitation has an address, a role, grants and a message; one for each address.", false},
		{"I2", "Within a mail domain it goes by mail, otherwise by a link; the host may decide otherwise.", false},
		{"I3", "It never expires, can be revoked at any time, and its link copied again.", false},
		{"I4", "What is stored is not enough to accept; keys rotate, and a new link kills the earlier ones.", false},
		{"I5", "An opened link shows what it is for and whether the address is known.", false},
		{"I6", "Accepting needs the verified address, works once, and every bad token gets one answer.", false},
		{"I7", "Who is only invited has access to nothing; role and grants can be changed meanwhile.", false},
		{"I8", "Accept and revoke exclude each other, and a changed address moves no row to somebody else.", false},
		{"I9", "An invitation outlives its inviter; what counts is how things are at accepting.", false},
		{"R1", "Admin, Editor and Viewer are everywhere and fixed; the ready catalogue says what they hold.", false},
		{"R2", "Permissions belong to roles, never to users.", false},
		{"R3", "Custom roles have unique names, are not deleted while in use, and work at once.", false},
		{"R4", "An undeclared permission is an error to ask for and held by nobody.", false},
		{"G1", "Access is an active member, a role that holds it, and a grant that covers the resource.", false},
		{"G2", "Grants are given and taken one or many at a time, of single resources or all of a kind.", false},
		{"G3", "One call gives every member explicit grants on everything there is.", false},
		{"G4", "A resource belongs to one organization, and no grant crosses.", false},
		{"G5", "A restriction of the host's narrows; its failure denies.", false},
		{"G6", "Every denial is the same; the reason is told elsewhere.", false},
		{"G7", "Many at once, filters, both lists, Access and Explain agree with the check.", false},
		{"G8", "A member asks for access to a resource.", true},
		{"G9", "A grant ends at a stated time.", true},
		{"G10", "The SQL adapters give the host a condition for its own queries.", true},
		{"H1", "Each change appends one event in its transaction, numbered without gaps.", false},
		{"H2", "Holders of `users.access` page through the history, both ways. (Draining it as an outbox: not yet.)", false},
	}
}

// Every rule in scope has a case, and every case a rule; no two cases share a
// name, and none would split into two in the output.
func TestRulesHaveCases(t *testing.T) {
	cases := make(map[string]int)
	names := make(map[string]bool)
	for _, rule := range servicetest.Rules() {
		cases[rule.ID]++
		name := rule.ID + " " + rule.Claim
		if names[name] || strings.ContainsAny(rule.Claim, "/|\n") || rule.Claim == "" || rule.Run == nil {
			t.Errorf("%q is no name of a case, or of two", name)
		}
		names[name] = true
	}
	for _, e := range entries() {
		if n := cases[e.id]; (n == 0) != e.later {
			t.Errorf("%s has %d cases", e.id, n)
		}
		delete(cases, e.id)
	}
	for id, n := range cases {
		t.Errorf("%d cases are about %s, which is no rule", n, id)
	}
}

// docs/rules.md is what this test would write; run it with -update to do so.
func TestRulesPage(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "rules.md")
	servicetest.KeepPage(t, path, rulesPage(), *update, "go test ./internal/servicetest -run TestRulesPage -update")
}

// rulesPage returns the page in Markdown.
func rulesPage() string {
	var b strings.Builder
	b.WriteString(`<!-- Written by go test ./internal/servicetest -run TestRulesPage -update; do not edit. -->
# Rules and their tests

Every rule of the specification with the cases that prove it. They run through the Service on every store:
` + "`go test -run 'TestRules.*/O4' .`" + ` runs those of one rule in memory, the same in ` + "`internal/sqltest`" + ` on SQLite.

| Rule | What it says | Cases |
|---|---|---|
`)
	for _, e := range entries() {
		claims := make([]string, 0, 8)
		for _, rule := range servicetest.Rules() {
			if rule.ID == e.id {
				claims = append(claims, rule.Claim)
			}
		}
		if e.later {
			claims = []string{"*not yet*"}
		}
		b.WriteString("| " + strings.Join([]string{e.id, e.says, strings.Join(slices.Compact(claims), "<br>")}, " | ") + " |\n")
	}
	return b.String()
}
