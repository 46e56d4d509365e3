package sqlstore

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

// waiting are the writes of a Tx that wait for more of their kind: each kind goes out
// as one statement, or a few of them, before any other write and at the end at the
// latest. An operation on one member has one of each, which costs what it always
// did; one on a thousand has no more statements than that.
//
// A write may overtake another one only where both come to the same in either order.
// Those of different organizations do. Inside one, rows that go and rows that come do
// not wait together; what comes goes out in the order of [tx.flush], in which each
// finds what it hangs on.
type waiting struct {
	phases map[orgs.ID]phase // of the organizations that something waits in

	taken map[ofMember][]grants.Grant
	gone  []ofMember

	founded []columns
	members []columns
	given   map[ofMember][]grants.Grant
}

// phase says whether rows of an organization go or come.
type phase bool

const (
	removing phase = false
	adding   phase = true
)

// ofMember names a member row.
type ofMember struct {
	org orgs.ID
	id  orgs.MemberID
}

func (m ofMember) compare(other ofMember) int {
	return cmp.Or(cmp.Compare(m.org, other.org), cmp.Compare(m.id, other.id))
}

// keep calls add, which lets a write in org wait, unless t is over.
func (t *tx) keep(ctx context.Context, doing string, org orgs.ID, p phase, add func()) error {
	return t.note(ctx, doing, func() error {
		if now, waits := t.waiting.phases[org]; waits && now != p {
			if err := t.flush(ctx); err != nil {
				return err
			}
		}
		if t.waiting.phases == nil {
			t.waiting = waiting{
				phases: map[orgs.ID]phase{}, taken: map[ofMember][]grants.Grant{}, given: map[ofMember][]grants.Grant{},
			}
		}
		t.waiting.phases[org] = p
		add()
		return nil
	})
}

// flush writes what waits.
func (t *tx) flush(ctx context.Context) error {
	w := t.waiting
	t.waiting = waiting{}
	if err := t.eachMembers(ctx, w.taken, t.take); err != nil {
		return err
	}
	if err := t.deleteMembers(ctx, w.gone); err != nil {
		return err
	}
	if err := t.execAll(ctx, "create organization", t.inserts(`charter_organizations`, w.founded)); err != nil {
		return err
	}
	if err := t.execAll(ctx, "create member", t.insertsInside(`charter_members`, w.members)); err != nil {
		return err
	}
	return t.eachMembers(ctx, w.given, t.give)
}

func (t *tx) execAll(ctx context.Context, doing string, list []*query) error {
	for _, q := range list {
		if _, err := t.exec(ctx, doing, q); err != nil {
			return err
		}
	}
	return nil
}

// eachMembers calls change for each organization with the grants of its members:
// as elements of a member, a kind and, of one resource, that.
func (t *tx) eachMembers(
	ctx context.Context, list map[ofMember][]grants.Grant,
	change func(ctx context.Context, org orgs.ID, wide, one [][]string) error,
) error {
	sorted := slices.SortedFunc(maps.Keys(list), ofMember.compare)
	for len(sorted) > 0 {
		org := sorted[0].org
		var wide, one [][]string
		for len(sorted) > 0 && sorted[0].org == org {
			for _, g := range list[sorted[0]] {
				element := []string{string(sorted[0].id), string(g.Kind), string(g.Resource)}
				if g.All {
					wide = append(wide, element[:2])
				} else {
					one = append(one, element)
				}
			}
			sorted = sorted[1:]
		}
		if err := change(ctx, org, wide, one); err != nil {
			return err
		}
	}
	return nil
}
