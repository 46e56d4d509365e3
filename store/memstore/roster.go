package memstore

import (
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// rosters are the rows of an organization, or of one of its roles, by status and in
// each [orgs.Sort]. So a page of any filter is the merge of a few seeks, however
// seldom what passes it is.
type rosters [statuses][sorts]cow.Sorted[uint32]

// status is an [orgs.Status] as a number: who has not joined is invited.
type status uint8

const (
	active status = iota
	invited
	statuses
)

func statusOf(s orgs.Status) status {
	if s == orgs.Active {
		return active
	}
	return invited
}

// known returns s as records have it.
func (s status) known() orgs.Status {
	if s == active {
		return orgs.Active
	}
	return orgs.Invited
}

// ofRole are the rows of one role.
type ofRole struct {
	edit   cow.Edit // of the transaction that made this copy
	listed rosters
}

// moves says which lists of a row a change is about: in each order that of its
// status, and that of its status and role.
type moves [sorts]struct{ status, role bool }

// everywhere is about all of them.
func everywhere() (m moves) {
	for sort := range m {
		m[sort].status, m[sort].role = true, true
	}
	return m
}

// movesOf returns where r belongs elsewhere than old.
func movesOf(old, r *row) (m moves) {
	for sort := range m {
		m[sort].status = old.status != r.status || old.compare(r, orgs.Sort(sort)) != 0
		m[sort].role = m[sort].status || old.role != r.role
	}
	return m
}

// listing is how a list is changed: [cow.Sorted.Set] or [cow.Sorted.Delete].
type listing func(*cow.Sorted[uint32], cow.Edit, cow.Order[uint32], uint32)

// relist changes those of r's lists that m is about. What r's number leads to is r.
func (o *tenant) relist(edit cow.Edit, r *row, m moves, change listing) {
	if m == (moves{}) {
		return
	}
	of := o.ownRole(edit, r.role)
	for sort, moved := range m {
		order := o.order(orgs.Sort(sort), place{})
		if moved.status {
			change(&o.listed[r.status][sort], edit, order, r.number)
		}
		if moved.role {
			change(&of.listed[r.status][sort], edit, order, r.number)
		}
	}
	if of.empty() {
		o.ofRoles.Delete(edit, r.role)
	}
}

func (of *ofRole) empty() bool {
	return of.listed[active][orgs.ByRole].Len() == 0 && of.listed[invited][orgs.ByRole].Len() == 0
}

// ownRole returns the rows of a role for edit to change.
func (o *tenant) ownRole(edit cow.Edit, id roles.ID) *ofRole {
	old, ok := o.ofRoles.Get(id)
	if ok && old.edit == edit {
		return old
	}
	of := &ofRole{edit: edit}
	if ok {
		of.listed = old.listed
	}
	o.ofRoles.Set(edit, id, of)
	return of
}

// everyRow returns the numbers of all rows.
func (o *tenant) everyRow() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for status := range o.listed {
			for n := range o.listed[status][orgs.ByRole].All() {
				if !yield(n) {
					return
				}
			}
		}
	}
}

// maxSeeks is how many roles a page is merged from, at most, for each status. A filter
// of more walks the lists of all roles: it names so many that it passes over few.
const maxSeeks = 64

// lists returns what q's page is merged from.
func (o *tenant) lists(q store.MemberQuery) (lists []cow.Sorted[uint32]) {
	byRole := len(q.Roles) > 0 && len(q.Roles) <= maxSeeks
	for i, all := range o.listed {
		status := status(i)
		switch {
		case len(q.Status) > 0 && !slices.Contains(q.Status, status.known()):
		case !byRole:
			lists = append(lists, all[q.Sort])
		default:
			for i, id := range q.Roles {
				if of, ok := o.ofRoles.Get(id); ok && !slices.Contains(q.Roles[:i], id) {
					lists = append(lists, of.listed[status][q.Sort])
				}
			}
		}
	}
	return lists
}

// pageOf returns q's page: what is searched for, when that is little, else the merge
// of the first rows of each list that pass.
func (o *tenant) pageOf(q store.MemberQuery) []*row {
	inOrder := o.inOrder(q)
	if q.Search.Name != "" && q.Search.Email != "" {
		if found, ok := o.search(q); ok {
			found = slices.DeleteFunc(found, func(r *row) bool { return !matches(q, r) || !isAfter(q, r) })
			slices.SortFunc(found, inOrder)
			found = slices.Compact(found)
			return found[:min(len(found), q.Limit)]
		}
	}
	passes := func(r *row) bool { return matches(q, r) }
	var page []*row
	for _, list := range o.lists(q) {
		page = merged(inOrder, page, o.first(q.Limit, list.Len(), after(o, list, q), passes))
	}
	return page[:min(len(page), q.Limit)]
}

// after returns the numbers of list in q's order after q.After.
func after(o *tenant, list cow.Sorted[uint32], q store.MemberQuery) iter.Seq[uint32] {
	if q.After == nil {
		if q.Descending {
			return list.Backward()
		}
		return list.All()
	}
	order := o.order(q.Sort, place{q.After.Key, q.After.ID})
	if q.Descending {
		return list.Before(order, 0)
	}
	return list.After(order, 0)
}

// inOrder returns how q's page is ordered.
func (o *tenant) inOrder(q store.MemberQuery) func(a, b *row) int {
	order := o.order(q.Sort, place{})
	return func(a, b *row) int {
		if q.Descending {
			a, b = b, a
		}
		return order(a.number, b.number)
	}
}

// search returns the rows that are searched for, in no order and some of them twice, and
// false when they are so many that a walk will meet enough of them sooner: when n of N
// rows are found, a page is in some N/n times its length.
func (o *tenant) search(q store.MemberQuery) (found []*row, ok bool) {
	most := int(math.Sqrt(float64(q.Limit) * float64(o.rows.things.Len())))
	for status := range o.listed {
		for _, by := range []struct {
			sort   orgs.Sort
			prefix string
		}{{orgs.ByFirstName, q.Search.Name}, {orgs.ByLastName, q.Search.Name}, {orgs.ByEmail, q.Search.Email}} {
			for n := range o.listed[status][by.sort].From(o.order(by.sort, place{key: by.prefix}), 0) {
				r := o.rows.at(n)
				if !strings.HasPrefix(r.key(by.sort), by.prefix) {
					break
				}
				if found = append(found, r); len(found) > most {
					return nil, false
				}
			}
		}
	}
	return found, true
}

// isAfter reports whether r is after q.After in q's order.
func isAfter(q store.MemberQuery, r *row) bool {
	if q.After == nil {
		return true
	}
	c := place{q.After.Key, q.After.ID}.compare(r, q.Sort)
	return c < 0 != q.Descending && c != 0
}

// first returns the first rows of list, which has most at the most, that keep wants:
// all where it is nil.
func (o *tenant) first(limit, most int, list iter.Seq[uint32], keep func(*row) bool) []*row {
	if most == 0 {
		return nil
	}
	found := make([]*row, 0, min(limit, most))
	for n := range list {
		r := o.rows.at(n)
		if keep != nil && !keep(r) {
			continue
		}
		if found = append(found, r); len(found) == limit {
			break
		}
	}
	return found
}

// merged returns what is in a or in b, both of which are in order, once.
func merged(order func(a, b *row) int, a, b []*row) []*row {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	all := make([]*row, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch c := order(a[0], b[0]); {
		case c < 0:
			all, a = append(all, a[0]), a[1:]
		case c > 0:
			all, b = append(all, b[0]), b[1:]
		default:
			b = b[1:]
		}
	}
	return append(append(all, a...), b...)
}
