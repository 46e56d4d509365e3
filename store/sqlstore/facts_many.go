package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// ask returns the statement about questions, its parameters but for user and
// organization, and which of them the nth in its list is.
func (d *dialect) ask(questions []grants.Question) (text factsText, about given, places []int) {
	places = make([]int, len(questions))
	for i := range questions {
		places[i] = i
	}
	if same, ids := resourcesOf(questions); same {
		of := questions[0]
		about = given{givenPermission: string(of.Permission), givenKind: string(of.Resource.Kind), givenList: d.quotedStrings(ids)}
		return d.facts.alike, about, places
	}
	if d.listedInGroups != "" {
		about[givenList], places = askInGroups(questions)
		return d.facts.many, about, places
	}
	list := make([][]string, len(questions))
	for i, q := range questions {
		list[i] = []string{string(q.Permission), string(q.Resource.Kind), string(q.Resource.ID)}
	}
	about[givenList] = d.arrays(list)
	return d.facts.many, about, places
}

// quotedStrings returns list as the parameter of [dialect.listedStrings].
func (d *dialect) quotedStrings(list []string) string {
	if d.quoted == nil {
		return array(d, list)
	}
	return d.quoted(list)
}

// resourcesOf reports whether questions differ by the ID of their resource alone, and
// returns those.
func resourcesOf(questions []grants.Question) (same bool, ids []string) {
	if len(questions) == 0 {
		return false, nil
	}
	ids = make([]string, len(questions))
	for i, q := range questions {
		if q.Permission != questions[0].Permission || q.Resource.Kind != questions[0].Resource.Kind {
			return false, nil
		}
		ids[i] = string(q.Resource.ID)
	}
	return true, ids
}

func askInGroups(questions []grants.Question) (parameter string, places []int) {
	type about struct {
		permission roles.Permission
		kind       roles.Kind
	}
	groups := map[about][]int{}
	for i, q := range questions {
		of := about{q.Permission, q.Resource.Kind}
		groups[of] = append(groups[of], i)
	}
	list := make([][]any, 0, len(groups))
	for of, members := range groups {
		ids := make([]grants.ResourceID, len(members))
		for i, n := range members {
			ids[i] = questions[n].Resource.ID
		}
		list = append(list, []any{of.permission, of.kind, ids, len(places)})
		places = append(places, members...)
	}
	return encode(list), places
}

// FactsMany returns the facts about each question, in their order: one statement,
// whatever their number. What is about the user it finds once, and about each question
// what Facts seeks.
func (r reader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	text, about, places := r.ask(questions)
	about[givenUser], about[givenOrg] = string(user), string(org)
	facts, args := make([]grants.Facts, len(questions)), text.args(&about) // what there is no row for is zero
	err := r.reading(ctx, "facts", func(ctx context.Context) (bool, error) {
		found := factsFound{flags: make([]int64, len(questions))}
		if err := r.factsRows(ctx, text.text, args, &found); err != nil {
			return false, err
		}
		for n, flags := range found.flags {
			found.row.flags = flags | found.flags[0]&text.common
			facts[places[n]] = found.row.facts()
		}
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	return facts, nil
}

// factsFound are the flags of each question, in the order of the statement, and what
// all have in common.
type factsFound struct {
	flags []int64 // 0 without an answer
	row   factsRow
	read  int
}

// answered is a flag of every question that there is an answer to.
const answered = 1 << flagBits

// Scan adds a number or a text of them.
func (f *factsFound) Scan(numbers any) error {
	switch numbers := numbers.(type) {
	case nil:
		return nil // nothing was asked
	case int64:
		return f.add(numbers)
	case string:
		return f.addAll(numbers)
	case []byte:
		return f.addAll(string(numbers))
	}
	var number sql.NullInt64 // of another type: MySQL counts without a sign
	if err := number.Scan(numbers); err != nil {
		return fmt.Errorf("%w: %w", errUnread, err)
	}
	return f.add(number.Int64)
}

func (f *factsFound) addAll(numbers string) error {
	for number := range strings.SplitSeq(numbers, ",") {
		packed, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("%w: %w", errUnread, err)
		}
		if err := f.add(packed); err != nil {
			return err
		}
	}
	return nil
}

// add adds the number of one question.
func (f *factsFound) add(packed int64) error {
	n := packed >> flagBits
	if n < 0 || n >= int64(len(f.flags)) || f.flags[n] != 0 {
		return fmt.Errorf("%w: an answer to what was not asked", errUnread)
	}
	f.flags[n] = answered | packed&(answered-1)
	f.read++
	return nil
}

// complete refuses a list that was cut off. There is an answer to each question and,
// where there is no organization, to none.
func (f *factsFound) complete() error {
	wanted := len(f.flags)
	if f.row.revision == 0 {
		wanted = 0
	}
	if f.read != wanted {
		return fmt.Errorf("%w: %d answers to %d questions", errUnread, f.read, wanted)
	}
	return nil
}

// factsRows reads what the statement has found.
func (r reader) factsRows(ctx context.Context, text string, args []any, found *factsFound) error {
	rows, err := r.db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var revision sql.NullInt64
	var member, role sql.NullString
	columns := []any{found, &revision, &member, &role}
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return fmt.Errorf("%w: %w", errUnread, err)
		}
		if revision.Valid {
			found.row = factsRow{revision: revision.Int64, member: member.String, role: role}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return found.complete()
}
