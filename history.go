package charter

import (
	"context"
	"iter"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// History has the operations on what happened. Each change of an organization
// appends its event in the same transaction; a change that fails appends nothing
// (H1).
type History struct{ s *Service }

// Event is one change of an organization, Org an orgs.ID: its Number, a uint64, in the
// history, from 1 without a gap; At, the time; Actor, the orgs.UserID of who did it,
// empty for the host itself; Action, such as [store.MemberRoleChanged]; Detail, what
// it was about and what was before and after. [store.Event] and [store.Detail] document
// each field and [store.Action] lists the actions with what each one sets. It names
// rows and users by ID and nobody by name: [Service.Users] tells the names of users.
type Event = store.Event

// HistoryQuery asks for a page of an organization's history.
type HistoryQuery struct {
	Descending bool   // newest first
	Limit      int    // 1 to 1,000; 0 means 50
	Cursor     Cursor // of a page next to it; empty starts
	// Last starts at the end: it asks for the last page, as full as the list allows
	// and in the list's own order. It does not go together with a Cursor.
	Last bool
}

// Page returns a page of the history of the actor's organization, by number,
// which has no gaps. It needs [roles.AccessUsers]. It goes both ways. Errors:
// [ErrInvalid] naming "limit", "cursor" or "last"; [ErrDenied].
//
// Cost: 1 statement; grows with the page, at the first one and the last alike.
func (h *History) Page(ctx context.Context, as Actor, q HistoryQuery) (Page[Event], error) {
	const operation = "history"
	if err := as.check(); err != nil {
		return Page[Event]{}, err
	}
	limit, err := limitOf(q.Limit)
	if err != nil {
		return Page[Event]{}, err
	}
	bound := []any{operation, as.Org, q.Descending}
	from, err := placeOf[uint64](h.s.cursors, q.Cursor, q.Last, bound)
	if err != nil {
		return Page[Event]{}, err
	}
	query := store.EventQuery{
		Org: as.Org, Asker: store.Asker{User: as.User, Permission: roles.AccessUsers},
		Descending: q.Descending != from.Back, Limit: limit + 1,
	}
	if from.At != nil {
		query.After = *from.At
	}
	page, err := h.s.store.Events(ctx, query)
	if err == nil {
		err = h.s.allowed(page.Facts, roles.AccessUsers)
	}
	if err != nil {
		return Page[Event]{}, wrap(operation, err)
	}
	return pagedFrom(h.s.cursors, from, page.Events, limit, bound, func(e Event) uint64 { return e.Number })
}

// All iterates over all pages from the one that q asks for on, by Previous or by Last
// too, and always towards the end; see [History.Page].
//
// Cost: that of [History.Page] for each page.
func (h *History) All(ctx context.Context, as Actor, q HistoryQuery) iter.Seq2[Event, error] {
	return every(q.Cursor, func(c Cursor) (Page[Event], error) {
		q.Cursor = c
		return h.Page(ctx, as, q)
	})
}

// Deletions returns what is left of deleted organizations, for the host to purge
// its own data by: one event each, with the organization's ID, the resources it
// had and no personal data (O5). They come by organization ID, those after the ID
// after, at most limit, 1 to 1,000 and 0 for 50, and stay until [History.Purged]
// is called, so a host that dies in between finds them again. It is a question of
// the host's. Errors: [ErrInvalid] naming "limit" or "after".
//
// Cost: 1 statement; grows with the page.
func (h *History) Deletions(ctx context.Context, after orgs.ID, limit int) ([]Event, error) {
	limit, err := limitOf(limit)
	if err != nil {
		return nil, err
	}
	if after != "" {
		if err := input.ID("after", string(after)); err != nil {
			return nil, err
		}
	}
	events, err := h.s.store.Tombstones(ctx, after, limit)
	return events, wrap("deletions", err)
}

// Purged says that the host has purged its data of deleted organization org:
// nothing of it is kept any longer. To say it again changes nothing. Errors:
// [ErrInvalid] naming "organization".
//
// Cost: 1 statement; grows with what is left of the organization.
func (h *History) Purged(ctx context.Context, org orgs.ID) error {
	if err := input.ID("organization", string(org)); err != nil {
		return err
	}
	return h.s.update(ctx, "purged", func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteTombstone(ctx, org)
	})
}
