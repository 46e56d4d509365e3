package charter

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// ImportedMember is a person whom the host knows already and makes a member.
type ImportedMember struct {
	User    orgs.UserID
	Profile orgs.Profile // stored as [Service.SignIn] would
	Role    roles.ID
	Grants  []grants.Grant // up to [MaxBatch]; may be empty
}

// newcomer is an ImportedMember that was checked.
type newcomer struct {
	ImportedMember
	asked []grants.Grant // in the order of the caller
}

// Import makes people whom the host knows already active members, without an
// invitation: it vouches for their addresses. Only the host may; see [Host].
//
// Each row is done as if it came alone, and in order. Who is a member already stays
// as it is, role, grants and profile, so that an import can be repeated. A pending
// invitation of the address is revoked: what the row says takes its place. A user who
// is new here gets no personal organization on top, and works in this one (O9).
//
// Rows go in batches, see [Bulk]. Done says how many of them are in when it returns,
// with an error too. Of a row that is refused nothing is kept, nor of the others in
// its batch.
//
// Errors: [ErrInvalid] naming "actor.org", "batch", "rows", "rows[i].user",
// "rows[i].email", "rows[i].first-name", "rows[i].last-name", "rows[i].role" or
// "rows[i].grants[j]…", also for a role or a resource that the organization does
// not have; [ErrDenied] for everybody but the host; [ErrNotFound] when there is no
// such organization; what the iterator gave, as a [RowError].
//
// Cost: 10 statements for a batch in which an invitation ends and a profile
// changes, and one more for each further changed profile, each 5,000 grants and
// each megabyte; grows with the rows and their grants, whatever the size of the
// organization.
func (m *Members) Import(ctx context.Context, as Actor, rows iter.Seq2[ImportedMember, error], bulk Bulk) (Done, error) {
	const operation = "import members"
	if err := as.checkOrHost(); err != nil {
		return Done{}, err
	}
	if !as.host {
		return Done{}, ErrDenied
	}
	return inBatches[ImportedMember, newcomer]{
		check:  m.s.checkImported,
		grants: func(n newcomer) int { return len(n.Grants) },
		about: func(n newcomer) []string {
			return []string{"user " + string(n.User), "address " + orgs.FoldAddress(n.Profile.Email)}
		},
		batch: func(ctx context.Context, first int, rows []newcomer) (joined int, err error) {
			err = m.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
				joined, err = m.s.importAll(ctx, tx, as, first, rows)
				return err
			})
			return joined, err
		},
	}.run(ctx, operation, bulk, rows)
}

func (s *Service) checkImported(row ImportedMember) (newcomer, error) {
	n := newcomer{ImportedMember: row, asked: slices.Clone(row.Grants)}
	if err := input.ID("user", string(row.User)); err != nil {
		return n, err
	}
	if err := input.ID("role", string(row.Role)); err != nil {
		return n, err
	}
	var err error
	if n.Profile, err = row.Profile.Normalize(); err != nil {
		return n, err
	}
	n.Grants, err = grants.Normalize(s.options.Catalogue, row.Grants)
	return n, err
}

// importAll makes rows members in tx. First goes what is in their way, so that a
// store can take the rest together.
func (s *Service) importAll(ctx context.Context, tx store.Tx, as Actor, first int, rows []newcomer) (joined int, err error) {
	wants := make([]store.Want, len(rows))
	for i, n := range rows {
		wants[i] = store.Want{
			Users: []orgs.UserID{n.User}, Actor: n.User, Address: orgs.FoldAddress(n.Profile.Email),
			Roles: []roles.ID{n.Role}, Resources: targets(n.Grants),
		}
	}
	c, err := s.holdMany(ctx, tx, as, "", first, wants)
	if err != nil {
		return 0, err
	}
	if _, err := c.each(func(i int, sc *scene) error { return sc.makeWay(ctx, rows[i]) }); err != nil {
		return 0, err
	}
	return c.each(func(i int, sc *scene) error { return sc.enroll(ctx, rows[i]) })
}

// makeWay checks n against what is held, ends a pending invitation of its address
// and renames a user who is known by another profile.
func (sc *scene) makeWay(ctx context.Context, n newcomer) error {
	if sc.Actor.ID != "" {
		return nil // a member already
	}
	if !sc.exists(n.Role) {
		return input.Errorf("role", "is not a role of the organization")
	}
	if err := sc.mayGive(n.asked); err != nil {
		return err
	}
	for _, row := range sc.Addressed {
		if row.Status == orgs.Invited {
			if _, err := sc.remove(ctx, row, store.InvitationRevoked); err != nil {
				return err
			}
		}
	}
	if _, renamed := sc.joining(n.User, n.Profile, sc.s.now()); renamed {
		return sc.tx.PutProfile(ctx, n.User, n.Profile)
	}
	return nil
}

// enroll adds n's row with its grants, unless it is a member already. The row is
// that of an invitation which is accepted at once.
func (sc *scene) enroll(ctx context.Context, n newcomer) error {
	if sc.Actor.ID != "" {
		return nil
	}
	id, err := sc.s.newID()
	if err != nil {
		return err
	}
	now := sc.s.now()
	user, _ := sc.joining(n.User, n.Profile, now)
	row := orgs.Member{ID: orgs.MemberID(id.String()), Org: sc.as.Org, Role: n.Role, Status: orgs.Invited}
	org := sc.Org
	org.Counts = org.Counts.With(row)
	org, member, err := org.Join(row, sc.Actor, user, now)
	if err != nil {
		return err
	}
	if err := sc.tx.PutUser(ctx, user.Joined(org.ID)); err != nil {
		return err
	}
	if err := sc.tx.CreateMember(ctx, member); err != nil {
		return err
	}
	if len(n.Grants) > 0 {
		if err := sc.tx.Give(ctx, org.ID, member.ID, n.Grants); err != nil {
			return err
		}
	}
	return sc.save(ctx, org, store.MemberImported, store.Detail{
		Member: member.ID, User: member.User, After: store.State{Role: member.Role}, Grants: n.Grants,
	})
}

// Removal names a member to remove and confirms it.
type Removal struct {
	Member       orgs.MemberID
	Confirmation string // the member's e-mail address, ignoring case (M5)
}

// RemoveMany removes members, and revokes the invitations of those that have not
// joined, each by the rules of [Members.Remove]. Two things differ: a member that is
// not there is gone already, and nobody removes themselves among many.
//
// Rows go in batches, see [Bulk]. Done says how many of them are in when it returns,
// with an error too. Of a row that is refused nothing is kept, nor of the others in
// its batch.
//
// Errors: [ErrInvalid] naming "batch", "rows", "rows[i].member", also for the
// actor's own, or "rows[i].confirmation"; [ErrDenied]; as a [RowError]
// [ErrEscalation], [ErrLastAdmin] and what the iterator gave.
//
// Cost: 7 statements for a batch in which somebody loses the last membership,
// fewer for others; grows with the rows and their grants.
func (m *Members) RemoveMany(ctx context.Context, as Actor, rows iter.Seq2[Removal, error], bulk Bulk) (Done, error) {
	const operation = "remove members"
	if err := as.check(); err != nil {
		return Done{}, err
	}
	return inBatches[Removal, Removal]{
		check: func(r Removal) (Removal, error) {
			if err := input.ID("member", string(r.Member)); err != nil {
				return r, err
			}
			_, err := orgs.Address("confirmation", r.Confirmation)
			return r, err
		},
		about: func(r Removal) []string { return []string{string(r.Member)} },
		batch: func(ctx context.Context, first int, rows []Removal) (removed int, err error) {
			wants := make([]store.Want, len(rows))
			for i, r := range rows {
				wants[i] = store.Want{Member: r.Member}
			}
			err = m.s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
				c, err := m.s.holdMany(ctx, tx, as, "", first, wants)
				if err != nil {
					return err
				}
				removed, err = c.each(func(i int, sc *scene) error { return sc.removeOne(ctx, rows[i]) })
				return err
			})
			return removed, err
		},
	}.run(ctx, operation, bulk, rows)
}

func (sc *scene) removeOne(ctx context.Context, r Removal) error {
	action, err := sc.mayRemove(r.Member)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case action == store.MemberLeft:
		return input.Errorf("member", "is the actor's own, who leaves by itself")
	}
	if err := sc.Member.Confirm(r.Confirmation); err != nil {
		return err
	}
	_, err = sc.remove(ctx, sc.Member, action)
	return err
}
