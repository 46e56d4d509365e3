package charter

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Members has the operations on the member list, which holds active members and
// pending invitations alike.
type Members struct{ s *Service }

// joined denies unless the actor is an active member.
func (s *Service) joined(ctx context.Context, r store.Reader, as Actor) error {
	m, err := r.MemberOf(ctx, as.Org, as.User)
	if errors.Is(err, ErrNotFound) || err == nil && m.Status != orgs.Active {
		return ErrDenied
	}
	return err
}

// Me returns the actor's own row, which every active member may see (M1).
// Errors: [ErrInvalid], [ErrDenied].
//
// Cost: 1 statement; the same at any size.
func (m *Members) Me(ctx context.Context, as Actor) (orgs.Member, error) {
	if err := as.check(); err != nil {
		return orgs.Member{}, err
	}
	own, err := m.s.store.MemberOf(ctx, as.Org, as.User)
	if errors.Is(err, ErrNotFound) || err == nil && own.Status != orgs.Active {
		return orgs.Member{}, ErrDenied
	}
	return own, wrap("own member", err)
}

// Get returns member id. It needs [roles.AccessUsers]; one's own row does not
// (M1). Errors: [ErrInvalid] naming "member"; [ErrDenied]; [ErrNotFound].
//
// Cost: 2 statements; the same at any size.
func (m *Members) Get(ctx context.Context, as Actor, id orgs.MemberID) (found orgs.Member, err error) {
	if err := checkMember(as, id); err != nil {
		return orgs.Member{}, err
	}
	err = m.s.view(ctx, "member", func(ctx context.Context, r store.Reader) error {
		if err := m.s.mayOpen(ctx, r, as, id); err != nil {
			return err
		}
		found, err = r.Member(ctx, as.Org, id)
		return err
	})
	if err != nil {
		return orgs.Member{}, err
	}
	return found, nil
}

// mayOpen denies unless the actor may open member id (M1).
func (s *Service) mayOpen(ctx context.Context, r store.Reader, as Actor, id orgs.MemberID) error {
	facts, err := s.facts(ctx, r, as, roles.AccessUsers)
	if errors.Is(err, ErrDenied) && facts.Status == orgs.Active && facts.Member == id {
		return nil
	}
	return err
}

func checkMember(as Actor, id orgs.MemberID) error {
	if err := as.check(); err != nil {
		return err
	}
	return input.ID("member", string(id))
}

// MemberQuery asks for a page of the member list (M2).
type MemberQuery struct {
	Status []orgs.Status // only these; empty means every one
	Roles  []roles.ID    // only these; empty means every one
	// Search finds the members whose "first last" name, "last first" name or
	// e-mail address begins with it, ignoring case; empty finds all. It has up to
	// 300 characters.
	Search string

	Sort       orgs.Sort // the zero value is by first name
	Descending bool

	Limit  int    // 1 to 1,000; 0 means 50
	Cursor Cursor // of a page next to it; empty starts
	// Last starts at the end: it asks for the last page, as full as the list allows
	// and in the list's own order. It does not go together with a Cursor.
	Last bool
}

const maxSearch = 300

// query returns q as the store is asked for the first page, and what its cursors are
// bound to.
func (m *Members) query(as Actor, q MemberQuery) (query store.MemberQuery, bound any, err error) {
	limit, err := limitOf(q.Limit)
	if err != nil {
		return query, nil, err
	}
	for i, status := range q.Status {
		if status != orgs.Active && status != orgs.Invited {
			return query, nil, input.Errorf(input.At("status", i), "is neither active nor invited")
		}
	}
	for i, role := range q.Roles {
		if err := input.ID(input.At("roles", i), string(role)); err != nil {
			return query, nil, err
		}
	}
	if q.Sort > orgs.ByRole {
		return query, nil, input.Errorf("sort", "is none of the sorts")
	}
	search := strings.TrimSpace(q.Search)
	if err := input.Line("search", search, 0, maxSearch); err != nil {
		return query, nil, err
	}
	query = store.MemberQuery{
		Org: as.Org, Asker: store.Asker{User: as.User, Permission: roles.AccessUsers},
		Status: distinct(q.Status), Roles: distinct(q.Roles),
		Sort: q.Sort, Descending: q.Descending,
	}
	if search != "" {
		query.Search = orgs.NewSearch(search)
	}
	query.Asker.User = "" // a cursor serves whoever may see the list
	bound = []any{"members", query}
	query.Asker.User = as.User
	query.Limit = limit + 1
	return query, bound, nil
}

// Page returns a page of the member list. It needs [roles.AccessUsers] (M1). The
// order is total; a row that does not change is neither skipped nor repeated
// while others come and go (M2). It goes both ways. Errors: [ErrInvalid] naming
// "status[i]", "roles[i]", "search", "sort", "limit", "cursor" or "last";
// [ErrDenied].
//
// Cost: 1 statement; grows with the page, at the first one and the last alike,
// and with a search by what that finds.
func (m *Members) Page(ctx context.Context, as Actor, q MemberQuery) (Page[orgs.Member], error) {
	if err := as.check(); err != nil {
		return Page[orgs.Member]{}, err
	}
	query, bound, err := m.query(as, q)
	if err != nil {
		return Page[orgs.Member]{}, err
	}
	from, err := placeOf[store.Position](m.s.cursors, q.Cursor, q.Last, bound)
	if err != nil {
		return Page[orgs.Member]{}, err
	}
	query.After, query.Descending = from.At, q.Descending != from.Back
	page, err := m.s.store.Members(ctx, query)
	if err == nil {
		err = m.s.allowed(page.Facts, roles.AccessUsers)
	}
	if err != nil {
		return Page[orgs.Member]{}, wrap("members", err)
	}
	return pagedFrom(m.s.cursors, from, page.Members, query.Limit-1, bound, func(m orgs.Member) store.Position {
		return store.Position{Key: m.Key(q.Sort), ID: m.ID}
	})
}

// All iterates over all pages from the one that q asks for on, by Previous or by Last
// too, and always towards the end; see [Members.Page].
//
// Cost: that of [Members.Page] for each page.
func (m *Members) All(ctx context.Context, as Actor, q MemberQuery) iter.Seq2[orgs.Member, error] {
	return every(q.Cursor, func(c Cursor) (Page[orgs.Member], error) {
		q.Cursor = c
		return m.Page(ctx, as, q)
	})
}

// ChangeRole gives member id, active or invited, another role. It needs
// [roles.ChangeRoles], and everything that the old and the new role hold; only an
// Admin makes or unmakes an Admin (M4, M7). To give the role it has already
// changes nothing. Nobody changes their own role, so the last Admin stays one.
//
// Errors: [ErrInvalid] naming "member" or "role", also for a role that the
// organization does not have; [ErrDenied]; [ErrNotFound]; [ErrOwnRole];
// [ErrEscalation].
//
// Cost: 4 statements; the same at any size.
func (m *Members) ChangeRole(ctx context.Context, as Actor, id orgs.MemberID, role roles.ID) error {
	if err := checkMember(as, id); err != nil {
		return err
	}
	if err := input.ID("role", string(role)); err != nil {
		return err
	}
	return m.s.update(ctx, "change role", func(ctx context.Context, tx store.Tx) error {
		sc, err := m.s.hold(ctx, tx, as, roles.ChangeRoles, store.Want{Member: id, MemberAlone: true, Roles: []roles.ID{role}})
		if err != nil {
			return err
		}
		return sc.changeRole(ctx, role)
	})
}

func (sc *scene) changeRole(ctx context.Context, role roles.ID) error {
	if sc.Member.ID == sc.Actor.ID {
		return ErrOwnRole
	}
	member, err := sc.target()
	if err != nil {
		return err
	}
	if !sc.exists(role) {
		return input.Errorf("role", "is not a role of the organization")
	}
	if err := sc.mayGiveRole(role); err != nil {
		return err
	}
	org, changed, err := sc.Org.Appoint(sc.Actor, member, role)
	if err != nil || member.Role == role {
		return err
	}
	if err := sc.tx.UpdateMember(ctx, changed); err != nil {
		return err
	}
	return sc.save(ctx, org, store.MemberRoleChanged, store.Detail{
		Member: member.ID, Before: store.State{Role: member.Role}, After: store.State{Role: role},
	})
}

// Remove removes member id with all its grants; of an invited one it revokes the
// invitation. It needs [roles.RemoveUsers], everything that the member's role
// holds (M7), and the member's e-mail address as confirmation, ignoring case.
// Removing oneself needs no permission and follows the rules of [Orgs.Leave]
// (M5). Who loses its last organization gets a personal one (O6).
//
// Errors: [ErrInvalid] naming "member" or "confirmation"; [ErrDenied];
// [ErrNotFound]; [ErrEscalation]; [ErrLastAdmin].
//
// Cost: 7 statements when it was the last membership, otherwise 5 statements,
// and 4 statements for an invitation; grows with the grants of the member.
func (m *Members) Remove(ctx context.Context, as Actor, id orgs.MemberID, confirmation string) error {
	if err := checkMember(as, id); err != nil {
		return err
	}
	if _, err := orgs.Address("confirmation", confirmation); err != nil {
		return err // it is nobody's
	}
	return m.s.update(ctx, "remove member", func(ctx context.Context, tx store.Tx) error {
		sc, err := m.s.hold(ctx, tx, as, "", store.Want{Member: id})
		if err != nil {
			return err
		}
		action, err := sc.mayRemove(id)
		if err != nil {
			return err
		}
		if err := sc.Member.Confirm(confirmation); err != nil {
			return err
		}
		_, err = sc.remove(ctx, sc.Member, action)
		return err
	})
}

// mayRemove refuses unless the actor may remove member id, and returns what
// that is in the history.
func (sc *scene) mayRemove(id orgs.MemberID) (store.Action, error) {
	if sc.Actor.ID == id {
		return store.MemberLeft, nil
	}
	if !sc.s.options.Catalogue.Holds(sc.holds(sc.Actor.Role), roles.RemoveUsers) {
		return "", ErrDenied
	}
	member, err := sc.target()
	if err != nil {
		return "", err
	}
	if member.Status == orgs.Invited {
		return store.InvitationRevoked, nil
	}
	return store.MemberRemoved, nil
}

// remove takes member out of the organization and returns the user it was, the
// zero User when it was invited. The user must be held.
func (sc *scene) remove(ctx context.Context, member orgs.Member, action store.Action) (orgs.User, error) {
	org, err := sc.Org.Depart(member)
	if err != nil {
		return orgs.User{}, err
	}
	if err := sc.tx.DeleteMember(ctx, org.ID, member.ID); err != nil {
		return orgs.User{}, err
	}
	if err := sc.save(ctx, org, action, store.Detail{
		Member: member.ID, User: member.User, Before: store.State{Role: member.Role},
	}); err != nil || member.User == "" {
		return orgs.User{}, err
	}
	return sc.s.depart(ctx, sc.tx, sc.Users[member.User], org.ID)
}
