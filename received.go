package charter

import (
	"context"
	"iter"

	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Received is a pending invitation as the one whom it is for sees it: what opening
// its link would show, and the link.
type Received struct {
	Preview
	Org    orgs.ID
	Member orgs.MemberID // the row, which becomes the user's by accepting
	Link   invites.Link  // secret: it prints as a placeholder; made anew, as [Invites.Link] does
}

// Received returns a page of the pending invitations to an address, in whichever
// organization, by organization ID, ascending: for somebody who has logged in and
// accepts one without searching for the mail (I3, I5). Who does so before the first
// [Service.SignIn] gets no personal organization on top (O9). One into an organization that
// its user is a member of is among them; to accept it is [ErrAlreadyMember] (I8).
//
// The host vouches that whoever it shows this to has proved to own verified, as it
// does with [Invitee.Verified]: an address that is only claimed shows other people's
// invitations, with their links. It asks for no permission.
//
// Errors: [ErrInvalid] naming "verified", "limit" or "cursor". An address that nobody
// has invited, or whose invitations are all accepted or revoked, has an empty page.
//
// Cost: 2 statements, or 1 statement where there is none; grows with the page, at the
// first one and the last alike.
func (i *Invites) Received(ctx context.Context, verified string, q PageQuery) (Page[Received], error) {
	const operation = "received invitations"
	address, err := orgs.Address("verified", verified)
	if err != nil {
		return Page[Received]{}, err
	}
	limit, err := limitOf(q.Limit)
	if err != nil {
		return Page[Received]{}, err
	}
	query := store.InvitationQuery{Address: orgs.FoldAddress(address), Limit: limit + 1}
	bound := []string{operation, query.Address}
	after, err := open[orgs.ID](i.s.cursors, q.Cursor, bound)
	if err != nil {
		return Page[Received]{}, err
	}
	if after != nil {
		query.After = *after
	}
	var rows []store.Invitation
	var known bool
	err = i.s.view(ctx, operation, func(ctx context.Context, r store.Reader) error {
		if rows, err = r.Invitations(ctx, query); err != nil || len(rows) == 0 {
			return err
		}
		known, err = r.Known(ctx, query.Address)
		return err
	})
	if err != nil {
		return Page[Received]{}, err
	}
	page, err := paged(i.s.cursors, rows, limit, bound, func(in store.Invitation) orgs.ID { return in.Member.Org })
	if err != nil {
		return Page[Received]{}, err
	}
	shown, err := i.s.received(page, known)
	return shown, wrap(operation, err)
}

// AllReceived iterates over all pages from q.Cursor on; see [Invites.Received].
//
// Cost: that of [Invites.Received] for each page.
func (i *Invites) AllReceived(ctx context.Context, verified string, q PageQuery) iter.Seq2[Received, error] {
	return every(q.Cursor, func(c Cursor) (Page[Received], error) {
		q.Cursor = c
		return i.Received(ctx, verified, q)
	})
}

// received makes the link of each invitation of a page, and shows it.
func (s *Service) received(page Page[store.Invitation], known bool) (Page[Received], error) {
	shown := Page[Received]{Items: make([]Received, len(page.Items)), Next: page.Next}
	for n, in := range page.Items {
		issued, err := s.issue(in.Member)
		if err != nil {
			return Page[Received]{}, err
		}
		role, builtIn := builtInRole(in.Member.Role)
		if !builtIn {
			role = roles.Role{ID: in.Member.Role, Name: in.Role}
		}
		shown.Items[n] = Received{preview(in.Member, in.Organization, in.Inviter, role, known), in.Member.Org, in.Member.ID, issued.Link}
	}
	return shown, nil
}
