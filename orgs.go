package charter

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Orgs has the operations on organizations as a whole.
type Orgs struct{ s *Service }

// Organization is what every active member may see of its organization.
type Organization struct {
	ID        orgs.ID
	Name      string
	CreatedAt time.Time
	// Revision grows by one with each change of anything that is the
	// organization's; equal revisions mean equal answers about access. A profile is
	// the user's and does not move it.
	Revision uint64
}

func visible(o orgs.Organization) Organization {
	return Organization{ID: o.ID, Name: o.Name, CreatedAt: o.CreatedAt, Revision: o.Revision}
}

// Create founds an organization, with user as its first, active Admin. Anybody
// who signed in may, without limit (O1). Names need not be unique (O2). The
// user's active organization stays what it was; see [Orgs.Switch].
//
// Errors: [ErrInvalid] naming "user" or "name"; [ErrNotFound] for a user that
// never signed in.
//
// Cost: 5 statements; the same at any size.
func (o *Orgs) Create(ctx context.Context, user orgs.UserID, name string) (Organization, error) {
	if err := input.ID("user", string(user)); err != nil {
		return Organization{}, err
	}
	name, err := orgs.Name(name)
	if err != nil {
		return Organization{}, err
	}
	var created orgs.Organization
	err = o.s.update(ctx, "create organization", func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Users: []orgs.UserID{user}})
		if err != nil {
			return err
		}
		founder, ok := held.Users[user]
		if !ok {
			return ErrNotFound
		}
		var joined orgs.User
		created, joined, err = o.s.found(ctx, tx, founder.User, name)
		if err != nil {
			return err
		}
		return tx.PutUser(ctx, joined)
	})
	if err != nil {
		return Organization{}, err
	}
	created.Revision = 1
	return visible(created), nil
}

// Get returns the actor's organization. Every active member may see it.
// Errors: [ErrInvalid], [ErrDenied].
//
// Cost: 2 statements; the same at any size.
func (o *Orgs) Get(ctx context.Context, as Actor) (Organization, error) {
	found, err := o.read(ctx, "organization", as, "")
	return visible(found), err
}

// Billing returns the billing details, for who may change them (O3).
// Errors: [ErrInvalid], [ErrDenied].
//
// Cost: 2 statements; the same at any size.
func (o *Orgs) Billing(ctx context.Context, as Actor) (orgs.Billing, error) {
	found, err := o.read(ctx, "billing", as, roles.ChangeBilling)
	return found.Billing, err
}

// read returns the actor's organization to an active member whose role holds p;
// "" asks for no permission.
func (o *Orgs) read(ctx context.Context, operation string, as Actor, p roles.Permission) (found orgs.Organization, err error) {
	if err := as.check(); err != nil {
		return orgs.Organization{}, err
	}
	err = o.s.view(ctx, operation, func(ctx context.Context, r store.Reader) error {
		if p != "" {
			_, err = o.s.facts(ctx, r, as, p)
		} else {
			err = o.s.joined(ctx, r, as)
		}
		if err != nil {
			return err
		}
		found, err = r.Organization(ctx, as.Org)
		return err
	})
	if err != nil {
		return orgs.Organization{}, err
	}
	return found, nil
}

// Rename renames the actor's organization. It needs [roles.RenameOrganization]
// (O3). Errors: [ErrInvalid] naming "name", [ErrDenied].
//
// Cost: 3 statements; the same at any size.
func (o *Orgs) Rename(ctx context.Context, as Actor, name string) error {
	if err := as.check(); err != nil {
		return err
	}
	name, err := orgs.Name(name)
	if err != nil {
		return err
	}
	return o.s.update(ctx, "rename organization", func(ctx context.Context, tx store.Tx) error {
		sc, err := o.s.hold(ctx, tx, as, roles.RenameOrganization, store.Want{})
		if err != nil || sc.Org.Name == name {
			return err
		}
		detail := store.Detail{Before: store.State{Name: sc.Org.Name}, After: store.State{Name: name}}
		sc.Org.Name = name
		return sc.save(ctx, sc.Org, store.OrganizationRenamed, detail)
	})
}

// SetBilling replaces the billing details. It needs [roles.ChangeBilling] (O3).
// Errors: [ErrInvalid] naming "billing.company" and so on, [ErrDenied].
//
// Cost: 3 statements; the same at any size.
func (o *Orgs) SetBilling(ctx context.Context, as Actor, billing orgs.Billing) error {
	if err := as.check(); err != nil {
		return err
	}
	billing, err := billing.Normalize()
	if err != nil {
		return err
	}
	return o.s.update(ctx, "set billing", func(ctx context.Context, tx store.Tx) error {
		sc, err := o.s.hold(ctx, tx, as, roles.ChangeBilling, store.Want{})
		if err != nil || sc.Org.Billing == billing {
			return err
		}
		sc.Org.Billing = billing
		return sc.save(ctx, sc.Org, store.BillingChanged, store.Detail{})
	})
}

// Leave ends the actor's own membership, with all its grants. It returns the
// user, whose Active says where it is now: who left its last organization finds
// a new, empty personal one (O6).
//
// Errors: [ErrInvalid], [ErrDenied] for who is no active member, [ErrLastAdmin]
// (O4).
//
// Cost: 7 statements when it was the last membership, otherwise 5 statements;
// grows with the grants of the member.
func (o *Orgs) Leave(ctx context.Context, as Actor) (user orgs.User, err error) {
	if err := as.check(); err != nil {
		return orgs.User{}, err
	}
	err = o.s.update(ctx, "leave", func(ctx context.Context, tx store.Tx) error {
		sc, err := o.s.hold(ctx, tx, as, "", store.Want{Users: []orgs.UserID{as.User}})
		if err != nil {
			return err
		}
		user, err = sc.remove(ctx, sc.Actor, store.MemberLeft)
		return err
	})
	if err != nil {
		return orgs.User{}, err
	}
	return user, nil
}

// Delete removes the actor's organization for good: members, roles, grants,
// resources, billing details and history. Only its Admin may, when that is the
// only member row left; revoke pending invitations first (O5). What stays is one
// event with the organization's ID and its resources, for the host to purge its
// own data by; see [History.Deletions]. It returns the user, whose Active says
// where it is now.
//
// Errors: [ErrInvalid], [ErrDenied], [ErrOthersRemain].
//
// Cost: 6 statements or, when it was the last membership, 9 statements; grows
// with what the organization has: resources and history. A refusal does not.
func (o *Orgs) Delete(ctx context.Context, as Actor) (user orgs.User, err error) {
	if err := as.check(); err != nil {
		return orgs.User{}, err
	}
	err = o.s.update(ctx, "delete organization", func(ctx context.Context, tx store.Tx) error {
		sc, err := o.s.hold(ctx, tx, as, "", store.Want{Users: []orgs.UserID{as.User}})
		if err != nil {
			return err
		}
		if err := sc.Org.MayDelete(sc.Actor); err != nil {
			return err
		}
		// Not before: a refusal costs the same whatever the organization has.
		all, err := tx.Hold(ctx, store.Want{Org: as.Org, EveryResource: true})
		if err != nil {
			return err
		}
		slices.SortFunc(all.EveryResource, grants.Resource.Compare) // they come in any order
		// No actor: the tombstone holds no personal data.
		if err := tx.DeleteOrganization(ctx, as.Org, store.Event{
			Org: as.Org, Number: sc.Org.Events + 1, At: o.s.now(), Action: store.OrganizationDeleted,
			Detail: store.Detail{Resources: all.EveryResource},
		}); err != nil {
			return err
		}
		user, err = o.s.depart(ctx, tx, sc.Users[as.User], as.Org)
		return err
	})
	if err != nil {
		return orgs.User{}, err
	}
	return user, nil
}

// Switch makes org the user's active organization, and the library remembers it
// (O7). Errors: [ErrInvalid] naming "user" or "organization"; [ErrDenied] unless
// the user is an active member of org.
//
// Cost: 4 statements; the same at any size.
func (o *Orgs) Switch(ctx context.Context, user orgs.UserID, org orgs.ID) error {
	if err := input.ID("user", string(user)); err != nil {
		return err
	}
	if err := input.ID("organization", string(org)); err != nil {
		return err
	}
	as := Actor{User: user, Org: org}
	return o.s.retry(ctx, "switch organization", func(attempt int) error { return o.switchOnce(ctx, as, attempt) })
}

// switchOnce holds the user alone: to hold the organization would give it a new
// revision each time that somebody looks at it. That is enough, since whatever
// ends a membership holds the user too.
func (o *Orgs) switchOnce(ctx context.Context, as Actor, attempt int) error {
	var seen orgs.User
	err := o.s.store.View(ctx, func(ctx context.Context, r store.Reader) (err error) {
		if err := o.s.joined(ctx, r, as); err != nil {
			return err
		}
		seen, err = r.User(ctx, as.User)
		return err
	})
	if err != nil || seen.Active == as.Org {
		return err
	}
	return o.s.attempt(ctx, attempt, func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Users: []orgs.UserID{as.User}})
		if err != nil {
			return err
		}
		user := held.Users[as.User].User
		if user.Revision != seen.Revision {
			return store.ErrConflict
		}
		user.Active = as.Org
		return tx.PutUser(ctx, user)
	})
}

// OrgQuery asks for a page of a user's organizations.
type OrgQuery struct {
	// Search finds the names that contain it, ignoring case; empty finds all (O8).
	Search string
	Limit  int    // 1 to 1,000; 0 means 50
	Cursor Cursor // of the page before; empty starts
}

// Membership is one of the organizations that a user is an active member of: Org
// and its Name, and of the user's row there its ID Member, its Role and JoinedAt.
type Membership = store.Membership

// Page returns a page of the organizations that user is an active member of, the
// most recently joined first (O8). Errors: [ErrInvalid] naming "user", "search",
// "limit" or "cursor".
//
// Cost: 1 statement; grows with the page, at the first one and the last alike,
// and with a search by what that passes over.
func (o *Orgs) Page(ctx context.Context, user orgs.UserID, q OrgQuery) (Page[Membership], error) {
	const operation = "organizations"
	if err := input.ID("user", string(user)); err != nil {
		return Page[Membership]{}, err
	}
	limit, err := limitOf(q.Limit)
	if err != nil {
		return Page[Membership]{}, err
	}
	search := strings.TrimSpace(q.Search)
	if err := input.Line("search", search, 0, orgs.MaxName); err != nil {
		return Page[Membership]{}, err
	}
	search = orgs.FoldName(search)
	bound := []string{operation, string(user), search}
	after, err := open[store.JoinedPosition](o.s.cursors, q.Cursor, bound)
	if err != nil {
		return Page[Membership]{}, err
	}
	rows, err := o.s.store.Memberships(ctx, store.MembershipQuery{User: user, Search: search, After: after, Limit: limit + 1})
	if err != nil {
		return Page[Membership]{}, wrap(operation, err)
	}
	return paged(o.s.cursors, rows, limit, bound, func(m Membership) store.JoinedPosition {
		return store.JoinedPosition{JoinedAt: m.JoinedAt, Org: m.Org}
	})
}

// All iterates over all pages from q.Cursor on; see [Orgs.Page].
//
// Cost: that of [Orgs.Page] for each page.
func (o *Orgs) All(ctx context.Context, user orgs.UserID, q OrgQuery) iter.Seq2[Membership, error] {
	return every(q.Cursor, func(c Cursor) (Page[Membership], error) {
		q.Cursor = c
		return o.Page(ctx, user, q)
	})
}
