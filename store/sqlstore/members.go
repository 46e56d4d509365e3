package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"unicode/utf8"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// keyColumn returns the column that has the keys of a sort, "" for an unknown
// one.
func keyColumn(s orgs.Sort) string {
	switch s {
	case orgs.ByFirstName:
		return "first_key"
	case orgs.ByLastName:
		return "last_key"
	case orgs.ByEmail:
		return "email_key"
	case orgs.ByInvited:
		return "invited_key"
	case orgs.ByRole:
		return "role_key"
	default:
		return ""
	}
}

// maxSeeks is how many ordered seeks a page is merged from, at most. A filter of
// more roles than that walks the list of all roles and passes over the others:
// it names so many that few are passed over. SQLite merges up to 500.
const maxSeeks = 64

// Members returns a page of org's member list in one statement. Each status and
// role that the filters let pass is a seek in an index that has the order of the
// page, and the page is their merge: it costs what it returns, at any size.
// A search reads and sorts all that it finds.
func (r reader) Members(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
	key := keyColumn(q.Sort)
	if key == "" {
		return store.MemberPage{}, errorf("members: no order %v", q.Sort)
	}
	order := `ORDER BY sort_key, id`
	if q.Descending {
		order = `ORDER BY sort_key DESC, id DESC`
	}
	list := r.merged(`UNION ALL`, r.memberSeeks(q, key), order, q.Limit)
	statement := r.asked(q.Org, q.Asker).
		add(selecting(isAlike) + columnsOfMember + ` FROM (`).addQuery(list).add(`) AS m`)
	page, err := r.memberPage(ctx, "members", q.Org, statement)
	// The statement says which rows; their order among each other, and the facts,
	// it does not.
	slices.SortFunc(page.Members, func(a, b orgs.Member) int {
		c := cmp.Or(cmp.Compare(a.Key(q.Sort), b.Key(q.Sort)), cmp.Compare(a.ID, b.ID))
		if q.Descending {
			return -c
		}
		return c
	})
	return page, err
}

// memberPage reads members of org, with the facts that may come with them.
func (r reader) memberPage(ctx context.Context, doing string, org orgs.ID, statement *query) (page store.MemberPage, err error) {
	err = r.read(ctx, doing, statement, func(rec *record) error {
		if rec.is == isFacts {
			page.Facts = rec.facts()
		} else {
			page.Members = append(page.Members, rec.member(org))
		}
		return nil
	})
	if err != nil {
		return store.MemberPage{}, err
	}
	return page, nil
}

// memberSeeks returns the parts that q's list is merged from.
func (r reader) memberSeeks(q store.MemberQuery, key string) []*query {
	statuses := distinct(q.Status)
	if len(statuses) == 0 {
		statuses = []orgs.Status{orgs.Active, orgs.Invited}
	}
	byRole := distinct(q.Roles)
	if q.Search.Name != "" && q.Search.Email != "" {
		return []*query{r.memberSearch(q, key, statuses, byRole)}
	}
	var seeks []*query
	for _, status := range statuses {
		seek := func() *query {
			return sentence(`SELECT m.*, m.`+key+` AS sort_key FROM charter_members m WHERE m.org = ? AND m.status = ?`, q.Org, status)
		}
		switch {
		case len(byRole) == 0:
			seeks = append(seeks, r.addAfter(seek(), q, key))
		case len(byRole)*len(statuses) > maxSeeks:
			seeks = append(seeks, r.addAfter(seek().add(`AND`).addQuery(oneOf(r.dialect, `m.role`, byRole)), q, key))
		case q.Sort == orgs.ByRole:
			for _, role := range byRole {
				part := seek().add(`AND m.role_key = ?`, role.Key()).addAfterInRole(q, role)
				part.order = orderByID(q.Descending)
				seeks = append(seeks, part)
			}
		default:
			for _, role := range byRole {
				seeks = append(seeks, r.addAfter(seek().add(`AND m.role = ?`, role), q, key))
			}
		}
	}
	return seeks
}

// orderByID orders a part of a list in which all keys are the same: MariaDB sorts by a
// column even if that is always the same.
func orderByID(descending bool) string {
	if descending {
		return `ORDER BY id DESC`
	}
	return `ORDER BY id`
}

// addAfter lets only what comes after q.After pass.
func (r reader) addAfter(part *query, q store.MemberQuery, key string) *query {
	if q.After == nil {
		return part
	}
	is := `>`
	if q.Descending {
		is = `<`
	}
	if r.comparesRows {
		return part.add(`AND (m.`+key+`, m.id) `+is+` (?, ?)`, q.After.Key, q.After.ID)
	}
	return part.add(`AND (m.`+key+` `+is+` ? OR (m.`+key+` = ? AND m.id `+is+` ?))`, q.After.Key, q.After.Key, q.After.ID)
}

// addAfterInRole is addAfter where all keys are that of role.
func (part *query) addAfterInRole(q store.MemberQuery, role roles.ID) *query {
	if q.After == nil {
		return part
	}
	c := cmp.Compare(role.Key(), q.After.Key)
	switch {
	case c == 0 && q.Descending:
		return part.add(`AND m.id < ?`, q.After.ID)
	case c == 0:
		return part.add(`AND m.id > ?`, q.After.ID)
	case c < 0 == q.Descending:
		return part // all of it comes after
	default:
		return part.add(`AND 1 = 0`)
	}
}

// memberSearch finds the rows of which one of three keys begins as searched: a
// range for each key and status. A row that is found twice counts once.
func (r reader) memberSearch(q store.MemberQuery, key string, statuses []orgs.Status, byRole []roles.ID) *query {
	var ranges []*query
	for _, status := range statuses {
		for _, by := range []struct{ key, prefix string }{
			{"first_key", q.Search.Name}, {"last_key", q.Search.Name}, {"email_key", q.Search.Email},
		} {
			part := sentence(`SELECT m.id AS id FROM charter_members m WHERE m.org = ? AND m.status = ?`, q.Org, status).
				add(`AND m.`+by.key+` >= ?`, by.prefix)
			if end := prefixEnd(by.prefix); end != "" {
				part.add(`AND m.`+by.key+` < ?`, end)
			}
			ranges = append(ranges, part)
		}
	}
	// In this order: the planner is not to walk the list instead.
	part := sentence(`SELECT m.*, m.`+key+` AS sort_key FROM (`).addAll(`UNION`, ranges).
		add(`) AS found`).add(r.joinEach(`charter_members`, `m`, `m.org = ? AND m.id = found.id`), q.Org)
	if len(byRole) > 0 {
		part.add(`AND`).addQuery(oneOf(r.dialect, `m.role`, byRole))
	}
	return r.addAfter(part, q, key)
}

// prefixEnd returns the first string, in the order of bytes, that is after all
// that begin with prefix, or "" when there is none. It is text if prefix is: the
// order of bytes is that of characters, and what follows the last character that
// has one is the end.
func prefixEnd(prefix string) string {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		if last < utf8.MaxRune {
			next := last + 1
			if !utf8.ValidRune(next) { // the surrogates are no characters
				next = 0xe000
			}
			return prefix + string(next)
		}
	}
	return ""
}

// distinct returns list with each value once.
func distinct[T cmp.Ordered](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
